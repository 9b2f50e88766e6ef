package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.PrivateKey;
import dev.adit.net.http.HttpHead;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;

/// Whom a relay serves when it asks others.
final class VerifyChecks {
  private VerifyChecks() {}

  /// A daemon that knows one key, as `tailscaled` would say it (derp §8.2).
  private record Daemon(ServerSocketChannel listener, PrivateKey known) implements AutoCloseable {
    static Daemon start(Path socket, PrivateKey known) throws IOException {
      var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(socket));
      var daemon = new Daemon(listener, known);
      Thread.ofVirtual().start(daemon::serve);
      return daemon;
    }

    private void serve() {
      while (listener.isOpen()) {
        try (SocketChannel channel = listener.accept()) {
          HttpHead head = HttpHead.read(new BufferedInputStream(Channels.newInputStream(channel)));
          boolean knows = head != null && head.startLine().contains(known.publicKey().toHex());
          String answer =
              "HTTP/1.1 "
                  + (knows ? "200 OK" : "404 Not Found")
                  + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
          Channels.newOutputStream(channel).write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          // closed, or a relay that went away
        }
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  /// derp §17.30: who is not known is not served, nor anybody without the daemon.
  static void asksTheDaemon(EquivalentSite site) throws Exception {
    PrivateKey known = PrivateKey.generate(new SecureRandom());
    Path socket = site.folder.resolve("d.sock");
    try (var _ = site.bare(site.development(), "--verify-clients", "--verify-socket=" + socket)) {
      assertThat(site.serves(known)).as("without a daemon").isFalse();
      try (var _ = Daemon.start(socket, known)) {
        assertThat(site.serves(known)).isTrue();
        assertThat(site.serves(PrivateKey.generate(new SecureRandom()))).isFalse();
      }
    }
  }

  static void asksTheUrl(EquivalentSite site) throws Exception {
    try (var _ = site.bare(site.development(), "--verify-url=" + silent())) {
      assertThat(site.serves(PrivateKey.generate(new SecureRandom()))).isFalse();
    }
  }

  /// derp §17.29: only a web server that cannot be reached lets everybody in.
  static void servesWhileTheUrlIsSilent(EquivalentSite site) throws Exception {
    try (var _ =
        site.bare(site.development(), "--verify-url=" + silent(), "--verify-url-fail-open")) {
      assertThat(site.serves(PrivateKey.generate(new SecureRandom()))).isTrue();
    }
  }

  /// Nobody listens there.
  private static String silent() throws IOException {
    return "https://" + RelayProcess.freeTcp() + "/verify";
  }
}
