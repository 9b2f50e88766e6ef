package dev.adit.systemtests.interop;

import dev.adit.systemtests.interop.Crowd.End;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Collectors;

/// The packet filter of this network namespace: drops everything of some connections, or answers
/// the relay's packets with RST. They are named by the clients' ports.
///
/// A port is let go after a while, so that later connections can have it: after two minutes of
/// silence, which is longer than a relay may take to notice.
final class Cuts {
  private static final String TABLE =
      """
      table inet chaos {
        set silent { type inet_service; flags timeout; timeout 120s; }
        set broken { type inet_service; flags timeout; timeout 10s; }
        chain in {
          type filter hook input priority 0;
          tcp sport @silent drop
          tcp dport @silent drop
          tcp dport @broken reject with tcp reset
        }
      }
      """;

  Cuts() throws IOException {
    run(TABLE);
  }

  /// @param how SILENCE or RST
  void cut(End how, Collection<Integer> ports) throws IOException {
    if (!ports.isEmpty()) {
      String set = how == End.SILENCE ? "silent" : "broken";
      String all = ports.stream().map(String::valueOf).collect(Collectors.joining(", "));
      run("add element inet chaos %s { %s }\n".formatted(set, all));
    }
  }

  /// Everything passes again.
  void heal() throws IOException {
    run("flush set inet chaos silent\nflush set inet chaos broken\n");
  }

  private static void run(String commands) throws IOException {
    Process nft = new ProcessBuilder("nft", "-f", "-").redirectErrorStream(true).start();
    try (var in = nft.outputWriter(StandardCharsets.UTF_8)) {
      in.write(commands);
    }
    String said = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (nft.waitFor() != 0) {
        throw new IOException("nft: " + said + " for " + commands);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while nft ran", e);
    }
  }
}
