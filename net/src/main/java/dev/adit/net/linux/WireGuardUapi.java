package dev.adit.net.linux;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A userspace WireGuard device by its socket `/var/run/wireguard/NAME.sock`: text lines
/// `key=value`, an empty line ends a request and a reply. Confined to one thread.
///
/// Where it can be one connection is kept; after an error it is closed and the next call opens
/// another, because `wireguard-go` takes the rest of a refused request for new ones.
public final class WireGuardUapi implements WireGuardDevice {
  /// Where every userspace implementation puts its sockets.
  public static final Path FOLDER = Path.of("/var/run/wireguard");

  /// A device with 10,000 peers answers with about 4 MB.
  static final int MAX_REPLY = 16 << 20;

  /// It alone says this, and cannot change peers ([WholePeers]).
  private static final String BORINGTUN = "own_public_key=";

  private final String name;
  private final Path socket;
  private @Nullable SocketChannel channel;
  private volatile boolean changesPeers = true;

  private WireGuardUapi(String name, Path socket) {
    this.name = name;
    this.socket = socket;
  }

  /// The socket of the device `name`.
  public static Path socketOf(String name) {
    return FOLDER.resolve(name + ".sock");
  }

  /// Connects to the device's socket.
  ///
  /// @throws IOException if nobody serves it
  public static WireGuardUapi open(String name, Path socket) throws IOException {
    var device = new WireGuardUapi(name, socket);
    device.connected();
    return device;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public WireGuardState read() throws IOException {
    String reply = exchange("get=1\n\n");
    changesPeers = !reply.startsWith(BORINGTUN);
    return UapiText.parse(reply);
  }

  @Override
  public void apply(WireGuardChange change) throws IOException {
    if (change.isEmpty()) {
      return;
    }
    if (changesPeers) {
      exchange(UapiText.request(change));
      return;
    }
    for (WireGuardChange part : WholePeers.of(change, read())) {
      if (!part.isEmpty()) {
        exchange(UapiText.request(part));
      }
    }
  }

  @Override
  public boolean changesPeers() {
    return changesPeers;
  }

  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing is buffered on our side.
      }
      channel = null;
    }
  }

  private SocketChannel connected() throws IOException {
    if (channel == null) {
      SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        opened.connect(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        opened.close();
        throw e;
      }
      channel = opened;
    }
    return channel;
  }

  /// @return the reply's lines without the last, `errno=0`
  private String exchange(String request) throws IOException {
    boolean isKept = channel != null;
    boolean done = false;
    try {
      String reply;
      try {
        reply = asked(request);
      } catch (ClosedMeanwhileException e) {
        if (!isKept) {
          throw e;
        }
        // boringtun closes after each answer. Requests say what is to be, so a second time does no
        // harm.
        close();
        reply = asked(request);
      }
      int errno = UapiText.errno(reply);
      if (errno != 0) {
        throw refused(errno);
      }
      done = true;
      return reply;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private String asked(String request) throws IOException {
    SocketChannel open = connected();
    ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    try {
      while (bytes.hasRemaining()) {
        open.write(bytes);
      }
    } catch (IOException e) {
      throw new ClosedMeanwhileException(e.getMessage());
    }
    return readReply(open);
  }

  /// Before it had said anything.
  private static final class ClosedMeanwhileException extends IOException {
    private static final long serialVersionUID = 1L;

    ClosedMeanwhileException(@Nullable String message) {
      super(message);
    }
  }

  private String readReply(SocketChannel open) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    while (!endsReply(buffer)) {
      if (!buffer.hasRemaining()) {
        if (buffer.capacity() >= MAX_REPLY) {
          throw new IOException(
              name + ": WireGuard's reply is longer than " + MAX_REPLY + " bytes");
        }
        buffer = ByteBuffer.allocate(Math.min(MAX_REPLY, buffer.capacity() * 4)).put(buffer.flip());
      }
      if (!readSome(open, buffer)) {
        String text = name + ": WireGuard closed its socket";
        throw buffer.position() == 0 ? new ClosedMeanwhileException(text) : new IOException(text);
      }
    }
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
  }

  /// @return false at the end, also if it came before what we had written was read
  private static boolean readSome(SocketChannel open, ByteBuffer buffer) throws IOException {
    try {
      return open.read(buffer) >= 0;
    } catch (SocketException e) {
      return false;
    }
  }

  private static boolean endsReply(ByteBuffer buffer) {
    int end = buffer.position();
    return end >= 2 && buffer.get(end - 1) == '\n' && buffer.get(end - 2) == '\n';
  }

  private IOException refused(int errno) {
    return switch (errno) {
      case -98 -> new BindException(name + ": WireGuard's port is in use");
      case -22 -> new IOException(name + ": WireGuard refused a value (errno -22)");
      case -71 -> new IOException(name + ": WireGuard did not understand a line (errno -71)");
      default -> new IOException(name + ": WireGuard failed (errno " + errno + ")");
    };
  }
}
