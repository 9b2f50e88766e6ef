package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What the kernel says of a relay's TCP connections, in `/proc/net/tcp`.
final class TcpChecks {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final String ESTABLISHED = "01";
  private static final String KEEP_ALIVE = "02";

  /// Of the times in that file.
  private static final long TICKS_A_SECOND = 100;

  private TcpChecks() {}

  /// Something that becomes true.
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  static void keepsAlive(EquivalentSite site) throws Exception {
    try (var _ = site.bare(site.development(), "--open", "--tcp-keep-alive=77s");
        Socket socket = socket(site.tcp)) {
      assertThat(socket.isConnected()).isTrue();
      await(
          "a keep-alive timer of 77 s",
          () -> {
            List<String> line = line(site.tcp, socket);
            if (line == null || !line.get(5).startsWith(KEEP_ALIVE + ":")) {
              return false;
            }
            long ticks = Long.parseLong(line.get(5).substring(3), 16);
            return ticks > 40 * TICKS_A_SECOND && ticks <= 77 * TICKS_A_SECOND;
          });
    }
  }

  /// A peer that does not read lets the relay's kernel wait for room; after the time it gives up.
  static void endsADeafConnection(EquivalentSite site) throws Exception {
    try (var _ = site.bare(site.development(), "--open", "--tcp-user-timeout=2s");
        Socket socket = socket(site.tcp)) {
      Thread writer = Thread.ofVirtual().start(() -> ask(socket));
      await("answers that wait", () -> waiting(line(site.tcp, socket)));
      long since = System.nanoTime();
      await("the end of the connection", () -> line(site.tcp, socket) == null);
      assertThat(System.nanoTime() - since).isLessThan(TimeUnit.SECONDS.toNanos(14));
      writer.interrupt();
    }
  }

  private static Socket socket(Endpoint to) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(
        new InetSocketAddress(InetAddress.getByAddress(to.address().bytes()), to.port()));
    return socket;
  }

  private static void ask(Socket socket) {
    byte[] request =
        "GET /nothing HTTP/1.1\r\nHost: relay\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try {
      for (int i = 0; i < 100_000; i++) {
        socket.getOutputStream().write(request);
      }
    } catch (IOException e) {
      // the relay has given up
    }
  }

  private static boolean waiting(@Nullable List<String> line) {
    return line != null && Long.parseLong(line.get(4).substring(0, 8), 16) > 0;
  }

  /// The kernel's line for the relay's end of `socket`; null if that is no longer established.
  private static @Nullable List<String> line(Endpoint relay, Socket socket) throws IOException {
    String local = hexPort(relay.port());
    String remote = hexPort(socket.getLocalPort());
    List<String> all = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp")));
    all.addAll(Files.readAllLines(Path.of("/proc/net/tcp6"))); // a listener of both families
    for (String line : all) {
      List<String> words = List.of(line.strip().split(" +", -1));
      if (words.get(1).endsWith(local)
          && words.get(2).endsWith(remote)
          && words.get(3).equals(ESTABLISHED)) {
        return words;
      }
    }
    return null;
  }

  private static String hexPort(int port) {
    return String.format(Locale.ROOT, ":%04X", port);
  }
}
