package dev.adit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.netcheck.NatClass;
import dev.adit.core.netcheck.NatVerdict;
import dev.adit.core.netcheck.NatVerdict.Gap;
import dev.adit.core.netcheck.NatVerdict.Hairpin;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.netcheck.UdpVerdict;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.NatAllocation;
import dev.adit.wire.probe.NatFiltering;
import dev.adit.wire.probe.NatMapping;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NetCheckSentencesTest {
  @Test
  void saysWhatItIsWhereItIsSeenAndHowSureThatIs() {
    assertThat(NetCheckSentences.of(family(NatClass.PORT_RESTRICTED, Set.of())))
        .isEqualTo(
            "easy NAT that lets in the ports this node has written to (port-restricted);"
                + " seen as 203.0.113.2:41000 (measured)");
    assertThat(NetCheckSentences.of(family(NatClass.SYMMETRIC, Set.of())))
        .startsWith("hard NAT: another endpoint for each destination, ports in steps of 2; ");
    assertThat(NetCheckSentences.of(family(NatClass.EASY_NAT, Set.of(Gap.NO_SECOND_ADDRESS))))
        .endsWith("(measured in part)");
  }

  @Test
  void everyClassHasItsOwnSentence() {
    Set<String> sentences = new HashSet<>();
    for (NatClass natClass : NatClass.values()) {
      sentences.add(NetCheckSentences.of(family(natClass, Set.of())));
    }
    assertThat(sentences).hasSize(NatClass.values().length);
  }

  @Test
  void everyGapIsExplainedInASentence() {
    var family = family(NatClass.EASY_NAT, EnumSet.allOf(Gap.class));
    assertThat(NetCheckSentences.advice(family))
        .hasSize(1 + Gap.values().length)
        .doesNotHaveDuplicates()
        .allMatch(sentence -> sentence.matches("[A-Z].*\\."));
  }

  private static NetReport.Family family(NatClass natClass, Set<Gap> gaps) {
    var nat =
        new NatVerdict(
            natClass,
            NatMapping.APDM,
            NatFiltering.APDF,
            NatAllocation.SEQUENTIAL,
            2,
            Hairpin.UNKNOWN,
            gaps);
    return new NetReport.Family(
        UdpVerdict.WORKS,
        nat.mapping(),
        List.of(Endpoint.literal("203.0.113.2:41000")),
        nat,
        List.of());
  }
}
