package dev.adit.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.admission.ManagedAdmission;
import dev.adit.core.admission.ManagedAdmission.Applied;
import dev.adit.crypto.PublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionFeedTest {
  private static final UUID NET = new UUID(0, 1);
  private static final UUID LAB = new UUID(0, 2);

  private final Random random = new Random(1);
  private final AdmissionFeed feed = new AdmissionFeed("e1");

  private PublicKey key() {
    byte[] bytes = new byte[PublicKey.BYTES];
    random.nextBytes(bytes);
    return PublicKey.of(bytes);
  }

  private static void follow(AdmissionFeed feed, ManagedAdmission relay, @Nullable UUID scope) {
    for (var message : feed.since(relay.token(), scope)) {
      assertThat(relay.apply(message)).isIn(Applied.DONE, Applied.PART);
    }
    assertThat(relay.token()).isEqualTo(feed.token());
  }

  @Test
  void aRelayThatFollowsHoldsWhatWasGranted() {
    var all = new ManagedAdmission(new HashMap<>());
    var ofLab = new ManagedAdmission(new HashMap<>());
    Set<PublicKey> inNet = new HashSet<>();
    Set<PublicKey> inLab = new HashSet<>();
    feed.network(NET);
    feed.network(LAB);
    for (int i = 0; i < 500; i++) {
      var own = random.nextBoolean() ? inNet : inLab;
      if (random.nextInt(3) == 0 && !own.isEmpty()) {
        var gone = own.iterator().next();
        own.remove(gone);
        feed.revoke(gone);
      } else {
        var key = key();
        own.add(key);
        feed.grant(key, own == inNet ? NET : LAB);
      }
      if (random.nextInt(4) == 0) {
        follow(feed, all, null);
        follow(feed, ofLab, LAB);
        assertThat(all.size()).isEqualTo(inNet.size() + inLab.size());
        assertThat(ofLab.size()).isEqualTo(inLab.size());
        assertThat(inLab).allMatch(ofLab::admits);
        assertThat(inNet).noneMatch(ofLab::admits);
      }
    }
  }

  @Test
  void theWholeSetComesInPartsAndAlsoToWhoHoldsAnotherToken() {
    var relay = new ManagedAdmission(new HashMap<>());
    for (int i = 0; i < AdmissionFeed.MOST_KEYS + 1; i++) {
      feed.grant(key(), NET);
    }
    assertThat(feed.since(null, null)).hasSize(2);
    follow(feed, relay, null);
    assertThat(relay.size()).isEqualTo(AdmissionFeed.MOST_KEYS + 1);
    assertThat(feed.since(feed.token(), null)).isEmpty();
    for (String token : new String[] {"a.3.e2", "a.x.e1", "a.-1.e1", "a.99999.e1", "a.e1", ""}) {
      assertThat(feed.since(token, null).getFirst().full()).as(token).isTrue();
    }
    feed.grant(key(), NET);
    assertThat(feed.since(relay.token(), null).getFirst().full()).isFalse();
  }

  @Test
  void aKeyEndsAtARelayThatHearsNoMore() {
    var relay = new ManagedAdmission(new HashMap<>());
    var key = key();
    feed.grant(key, NET);
    feed.ends(key, 100);
    follow(feed, relay, null);
    relay.timeReached(99);
    assertThat(relay.admits(key)).isTrue();
    relay.timeReached(100);
    assertThat(relay.admits(key)).isFalse();
    feed.grant(key, NET);
    follow(feed, relay, null);
    relay.timeReached(200);
    assertThat(relay.admits(key)).as("granted again").isTrue();
  }

  @Test
  void aNetworkWithoutNodesIsNoReasonForAnEmptySet() {
    feed.network(NET);
    var message = feed.since(null, null).getFirst();
    assertThat(message.full()).isTrue();
    assertThat(message.networks()).hasSize(1);
    assertThat(feed.since(null, LAB).getFirst().networks()).isEmpty();
  }
}
