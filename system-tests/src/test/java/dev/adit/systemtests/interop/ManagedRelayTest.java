package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.derp.DerpOptions;
import java.io.IOException;
import java.nio.file.Path;
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
}
