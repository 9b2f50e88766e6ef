package dev.adit.net.linux;

import dev.adit.net.local.Deadline;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Talks to a userspace WireGuard over its configuration socket (linux-wireguard-control §5.1).
/// Thread-safe: one exchange at a time, on a connection that is kept until an exchange fails.
public final class WireGuardUapi implements AutoCloseable {
  /// Where implementations put their sockets; `/var/run` is `/run` on current systems.
  private static final Path FOLDER = Path.of("/var/run/wireguard");

  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final int MAX_LINE = 256;

  private final Path socket;
  private @Nullable Exchange open;

  /// @param socket for example [#socketOf]
  public WireGuardUapi(Path socket) {
    this.socket = socket;
  }

  /// The socket of the interface of this name.
  public static Path socketOf(String name) {
    return FOLDER.resolve(name + ".sock");
  }

  private record Exchange(SocketChannel channel, InputStream in) {}

  /// Reads the whole device.
  public DeviceSnapshot read() throws IOException {
    return exchange("get=1\n\n", "cannot read " + socket).snapshot();
  }

  /// Applies the changes. Lines before a refused one stay applied.
  ///
  /// @throws ErrnoException what the implementation answers; EADDRINUSE for a port that is taken
  public void apply(DeviceChanges changes) throws IOException {
    exchange(UapiText.encode(changes), "cannot configure " + socket);
  }

  private synchronized UapiText.Reader exchange(String request, String what) throws IOException {
    boolean kept = open != null;
    try {
      return attempt(request, what);
    } catch (ErrnoException | SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      if (!kept) {
        throw e;
      }
      // The implementation was restarted since: both requests may be repeated.
      return attempt(request, what);
    }
  }

  private UapiText.Reader attempt(String request, String what) throws IOException {
    Exchange exchange = open;
    if (exchange == null) {
      exchange = connect();
    }
    open = null; // it comes back only after a clean end
    boolean clean = false;
    try (var deadline = new Deadline(LIMIT, exchange.channel())) {
      try {
        Channels.newOutputStream(exchange.channel())
            .write(request.getBytes(StandardCharsets.US_ASCII));
        var reader = readAnswer(exchange.in());
        if (reader.errno() != 0) {
          // The rest of a refused request would be taken for new requests: not clean.
          throw new ErrnoException(what, reader.errno());
        }
        clean = true;
        return reader;
      } catch (IOException e) {
        if (deadline.passed()) {
          throw new SocketTimeoutException(what + ": no answer within " + LIMIT.toSeconds() + " s");
        }
        throw e;
      }
    } finally {
      if (clean) {
        open = exchange;
      } else {
        exchange.channel().close();
      }
    }
  }

  private Exchange connect() throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new Exchange(channel, new BufferedInputStream(Channels.newInputStream(channel)));
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot connect to " + socket + ": " + e.getMessage(), e);
    }
  }

  private static UapiText.Reader readAnswer(InputStream in) throws IOException {
    var reader = new UapiText.Reader();
    byte[] line = new byte[MAX_LINE];
    int length = 0;
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("WireGuard's socket was closed inside an answer");
      }
      if (next != '\n') {
        if (length == MAX_LINE) {
          throw new IOException("WireGuard's socket: line longer than " + MAX_LINE + " bytes");
        }
        line[length++] = (byte) next;
      } else if (length == 0) {
        return reader;
      } else {
        reader.line(new String(line, 0, length, StandardCharsets.US_ASCII));
        length = 0;
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (open != null) {
      open.channel().close();
      open = null;
    }
  }
}
