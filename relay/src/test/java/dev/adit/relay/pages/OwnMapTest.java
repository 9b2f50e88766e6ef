package dev.adit.relay.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.derp.DerpMap;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnMapTest {
  @Test
  void saysWhereTheRelayIs() {
    var node =
        new DerpNode(
            "900a", 900, "relay.example", "", "192.0.2.1", "none", 0, false, 0, false, "", true);
    assertThat(OwnMap.of(relay(List.of("relay.example"), "192.0.2.1", 443, 3478), "", true))
        .isEqualTo(map(node));
  }

  @Test
  void aRelayWithoutNameIsReachedByAddress() {
    var node =
        new DerpNode(
            "900a",
            900,
            "2001:db8::1",
            "sha256-raw:00",
            "none",
            "2001:db8::1",
            40_000,
            false,
            8443,
            false,
            "",
            false);
    assertThat(OwnMap.of(relay(List.of(), "2001:db8::1", 8443, 40_000), "sha256-raw:00", false))
        .isEqualTo(map(node));
  }

  @Test
  void aRelayThatDoesNotKnowWhereItIsHasNoMap() {
    assertThat(OwnMap.of(relay(List.of(), null, 443), "", false)).isNull();
    var named = OwnMap.of(relay(List.of("relay.example"), null, 443), "", false);
    assertThat(String.valueOf(named)).contains("stunPort=-1");
  }

  private static DerpMap map(DerpNode node) {
    return DerpMap.of(List.of(DerpRegion.of(900, "home", "one", List.of(node))));
  }

  private static RelayDescription relay(
      List<String> hosts,
      @org.jspecify.annotations.Nullable String address,
      int tcp,
      Integer... udp) {
    return new RelayDescription(
        PublicKey.of(new byte[32]),
        null,
        "one",
        "home",
        900,
        hosts,
        address == null ? List.of() : List.of(IpAddress.literal(address)),
        tcp,
        List.of(udp),
        List.of(),
        List.of(RelayDescription.DERP));
  }
}
