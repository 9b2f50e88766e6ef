package dev.adit.core.region;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionRoutesTest {
  private static final long SECOND = 1_000_000_000L;

  private final PublicKey peer = PrivateKey.generate(new Random(1)).publicKey();
  private final RegionRoutes routes = new RegionRoutes();

  @Test
  void keepsTheHomeOpenAndClosesOthersAfterAMinuteWithoutWrites() {
    assertThat(routes.homeChanged(1, 0)).isEqualTo(1);
    assertThat(routes.homeChanged(1, 0)).as("open already").isEqualTo(RegionRoutes.NONE);
    assertThat(routes.routeTo(peer, 2, 0)).isEqualTo(2);
    assertThat(routes.timeReached(60 * SECOND)).isEmpty();
    assertThat(routes.routeTo(peer, 2, 61 * SECOND)).isEqualTo(2);
    assertThat(routes.timeReached(75 * SECOND)).isEmpty();
    assertThat(routes.timeReached(130 * SECOND)).containsExactly(2L);
    assertThat(routes.open()).containsExactly(1L);
  }

  @Test
  void looksEveryFifteenSeconds() {
    routes.homeChanged(1, 0);
    routes.routeTo(peer, 2, 0);
    assertThat(routes.timeReached(59 * SECOND)).isEmpty();
    assertThat(routes.timeReached(73 * SECOND)).as("14 s later").isEmpty();
    assertThat(routes.wakeAt()).isEqualTo(74 * SECOND);
    assertThat(routes.timeReached(74 * SECOND)).containsExactly(2L);
  }

  @Test
  void prefersAnOpenConnectionToThePeersHome() {
    routes.homeChanged(1, 0);
    routes.packetHeard(peer, 1);
    assertThat(routes.routeTo(peer, 2, 0)).as("where it was heard").isEqualTo(1);
    routes.homeChanged(2, 0);
    assertThat(routes.routeTo(peer, 2, 0)).isEqualTo(2);
  }

  @Test
  void opensThePeersHomeWhenNothingElseLeadsThere() {
    routes.homeChanged(1, 0);
    assertThat(routes.routeTo(peer, 3, 0)).isEqualTo(3);
    assertThat(routes.isOpen(3)).isTrue();
  }

  @Test
  void withoutAKnownHomeThePeerIsWhereItWasLastHeard() {
    assertThat(routes.routeTo(peer, RegionRoutes.NONE, 0)).isEqualTo(RegionRoutes.NONE);
    routes.packetHeard(peer, 4);
    assertThat(routes.routeTo(peer, RegionRoutes.NONE, 0)).isEqualTo(4);
  }

  @Test
  void forgetsWhereAPeerWasHeardWhenItIsGoneOrTheConnectionBreaks() {
    routes.homeChanged(1, 0);
    routes.packetHeard(peer, 1);
    routes.peerGone(peer, 2);
    assertThat(routes.routeTo(peer, RegionRoutes.NONE, 0)).as("gone elsewhere").isEqualTo(1);
    routes.peerGone(peer, 1);
    assertThat(routes.routeTo(peer, RegionRoutes.NONE, 0)).isEqualTo(RegionRoutes.NONE);
    routes.packetHeard(peer, 1);
    routes.connectionBroke(1);
    assertThat(routes.routeTo(peer, RegionRoutes.NONE, 0)).isEqualTo(RegionRoutes.NONE);
    assertThat(routes.isOpen(1)).as("it is made anew").isTrue();
  }
}
