package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A relay that has joined a coordinator, both as programs.
class ManagedRelayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  /// RR-39, X-33: within a second of the command's answer.
  @Test
  void aRemovedNodeIsDisconnectedWithinASecond() throws Exception {
    try (var site = new ManagedSite(folder).startCoordinator().startRelay()) {
      var a = site.node("a");
      var b = site.node("b");
      TcpChecks.await("the new node", () -> site.site.serves(b.key()));
      var listed = site.json("GET", "/relays", "").objects("relays", 1).getFirst();
      assertThat(listed.bool("online")).isTrue();
      assertThat(listed.bool("current")).isTrue();
      assertThat(listed.object("report").string("health")).isEqualTo("ok");
      try (var first = site.site.client(a.key(), DerpOptions.DEFAULT);
          var second = site.site.client(b.key(), DerpOptions.DEFAULT)) {
        assertThat(first.receive()).isInstanceOf(Event.Admitted.class);
        assertThat(second.receive()).isInstanceOf(Event.Admitted.class);
        long begin = System.nanoTime();
        assertThat(site.call("DELETE", "/nodes/b", "").status()).isEqualTo(204);
        assertThatThrownBy(() -> second.hear(PATIENCE)).isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
        assertThat(first.hear(Duration.ofMillis(100))).as("who stays hears nothing").isNull();
      }
      assertThat(site.site.serves(b.key())).isFalse();
      assertThat(site.site.serves(a.key())).isTrue();
      assertThat(site.relay().output()).doesNotContain("revoked_still_open");
    }
  }

  /// RR-42, X-34: the relay was not there when `c` and `d` joined, and its coordinator is not there
  /// when they come. `d` has been removed meanwhile, which nobody can tell the relay.
  @Test
  void aRelayThatIsCutOffServesNewNodesByTheirRecords() throws Exception {
    try (var site = new ManagedSite(folder).startCoordinator().startRelay()) {
      var a = site.node("a");
      TcpChecks.await("the new node", () -> site.site.serves(a.key()));
      site.stopRelay();
      var c = site.node("c");
      var d = site.node("d");
      assertThat(site.call("DELETE", "/nodes/d", "").status()).isEqualTo(204);
      site.stopCoordinator();
      site.startRelay();
      assertThat(site.site.serves(c.key())).as("without its record").isFalse();
      var permit = DerpOptions.DEFAULT.withPermit(c.record().json());
      TcpChecks.await("10 s without the coordinator", () -> site.site.serves(c.key(), permit));
      assertThat(site.site.serves(a.key(), permit)).as("in the set").isTrue();
      var stranger = PrivateKey.generate(new SecureRandom());
      assertThat(site.site.serves(stranger, permit)).as("another's record").isFalse();

      var other = DerpOptions.DEFAULT.withPermit(d.record().json());
      try (var first = site.site.client(a.key(), DerpOptions.DEFAULT);
          var second = site.site.client(c.key(), permit);
          var third = site.site.client(d.key(), other)) {
        assertThat(first.receive()).isInstanceOf(Event.Admitted.class);
        assertThat(second.receive()).isInstanceOf(Event.Admitted.class);
        assertThat(third.receive()).isInstanceOf(Event.Admitted.class);
        second.send(a.publicKey(), new byte[100]);
        assertThat(first.receive()).isInstanceOf(Event.Received.class);

        site.startCoordinator();
        site.relay().awaitOutput("relay_coordinator_connected");
        long begin = System.nanoTime();
        assertThatThrownBy(() -> third.hear(PATIENCE)).isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
        first.send(c.publicKey(), new byte[100]);
        assertThat(second.receive()).as("in the set now").isInstanceOf(Event.Received.class);
      }
    }
  }
}
