package dev.adit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.cli.Failure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowTest {
  private static final List<String> IPV4 =
      List.of("direct", "fw", "fullcone", "addrcone", "portcone", "sym", "udpblock");
  private static final List<String> IPV6 = List.of("direct+v6", "fw+v6", "udpblock+v6");

  @Test
  void findsARowByItsName() {
    assertThat(Row.ALL).allSatisfy(row -> assertThat(Row.of(row.name())).isSameAs(row));
  }

  @Test
  void makesARowOfTwoSites() {
    Row row = Row.of("sym:addrcone");
    assertThat(row)
        .isEqualTo(
            new Row(
                "sym:addrcone",
                "sym+v4",
                "addrcone+v4",
                "symmetric",
                "addr-restricted",
                Row.Path.DIRECT,
                false));
    assertThat(Row.of("fw+v6:direct+v6").ipv6()).isTrue();
    assertThat(Row.of("fw+v6:direct+v6").left()).isEqualTo("fw+v6");
  }

  @Test
  void takesTheLabsOwnWords() {
    assertThat(Row.of("portcone+v4:sym+v4").left()).isEqualTo("portcone+v4");
    assertThat(Row.of("portcone+v4:sym").right()).isEqualTo("sym+v4");
    assertThat(Row.of("portcone:same").isSameLan()).isTrue();
  }

  /// `-` direct, `R` relay: one line per left site, one letter per right one, in the order of the
  /// lists above.
  @Test
  void expectsOfEveryPairWhatHolePunchingCanReach() {
    assertThat(paths(IPV4, IPV4))
        .containsExactly(
            // direct, fw, fullcone, addrcone, portcone, sym, udpblock
            "- - - - - - R",
            "- - - - - R R",
            "- - - - - - R",
            "- - - - - - R",
            "- - - - - R R",
            "- R - - R R R",
            "R R R R R R R");
    assertThat(paths(IPV6, IPV6)).containsExactly("- - R", "- - R", "R R R");
    assertThat(paths(IPV4, List.of("same"))).containsOnly("-");
    assertThat(paths(IPV6, List.of("same+v6"))).containsOnly("-");
  }

  @Test
  void expectsByRuleWhatTheNamedRowsExpect() {
    assertThat(Row.ALL)
        .allSatisfy(row ->
            assertThat(Row.of(row.left() + ":" + row.right()).expected())
                .as(row.name())
                .isEqualTo(row.expected()));
  }

  @Test
  void titlesFitTheirColumns() {
    for (Site site : Site.values()) {
      assertThat(site.title()).hasSizeLessThanOrEqualTo(16);
    }
  }

  @Test
  void refusesWhatIsNoRowAndSaysWhatIs() {
    for (String text : List.of("", "port", "symmetric", "sym:sym:sym")) {
      refuses(text, "there is no row '" + text + "'; rows: direct-port, port-port, ");
    }
    refuses("sym", ", same-lan, or LEFT:RIGHT of direct, fw, fullcone, addrcone, ");
  }

  @Test
  void refusesWhatIsNoSiteAndSaysWhatIs() {
    refuses(
        "sym:cone",
        "there is no site 'cone'; sites: direct, fw, fullcone, addrcone, portcone, sym, udpblock,"
            + " same, direct+v6, fw+v6, udpblock+v6, same+v6");
    refuses(":sym", "there is no site ''; ");
    refuses("sym+v6:fw+v6", "there is no site 'sym+v6'; ");
    refuses("sym+shift:fw", "there is no site 'sym+shift'; ");
  }

  @Test
  void refusesPairsThatCannotBe() {
    refuses("same:sym", "row 'same:sym': same is the LAN of the left site; ");
    refuses("same+v6:same+v6", "row 'same+v6:same+v6': same is the LAN of the left site; ");
    refuses("sym:fw+v6", "row 'sym:fw+v6': one site has IPv4 only, the other IPv6; ");
  }

  private static void refuses(String text, String words) {
    assertThatThrownBy(() -> Row.of(text))
        .isInstanceOfSatisfying(
            Failure.class, refused -> assertThat(refused.status()).isEqualTo(Failure.USAGE))
        .hasMessageContaining(words);
  }

  private static List<String> paths(List<String> lefts, List<String> rights) {
    List<String> lines = new ArrayList<>();
    for (String left : lefts) {
      List<String> line = new ArrayList<>();
      for (String right : rights) {
        Row row = Row.of(left + ":" + right);
        line.add(row.expected() == Row.Path.DIRECT ? "-" : "R");
      }
      lines.add(String.join(" ", line));
    }
    return lines;
  }
}
