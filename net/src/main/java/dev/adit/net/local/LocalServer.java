package dev.adit.net.local;

import dev.adit.net.http.HttpHandler;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves HTTP/1.1 on a Unix socket: each connection is one virtual thread (control R-ADM-3).
///
/// Thread-safe.
public final class LocalServer implements AutoCloseable {
  /// Owner only: 0600.
  public static final Set<PosixFilePermission> OWNER =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  /// Everybody on the machine: 0666; the handler decides by [dev.adit.net.http.HttpRequest#user].
  public static final Set<PosixFilePermission> EVERYBODY =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  /// Made at first use: who starts quickly loads no log back end.
  private static final class Log {
    static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);
  }

  private final Path socket;
  private final ServerSocketChannel listener;
  private final HttpHandler handler;
  private final LocalLimits limits;
  private final LocalUsers users;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private LocalServer(
      Path socket, ServerSocketChannel listener, HttpHandler handler, LocalLimits limits)
      throws IOException {
    this.socket = socket;
    this.listener = listener;
    this.handler = handler;
    this.limits = limits;
    this.users = LocalUsers.ownerOf(socket);
  }

  /// Listens on `socket`, whose folder must exist. A socket file that nobody serves is replaced.
  ///
  /// @throws IOException if a running program serves it: `SOCKET is in use by a running program`
  public static LocalServer start(
      Path socket, Set<PosixFilePermission> mode, HttpHandler handler, LocalLimits limits)
      throws IOException {
    removeStale(socket);
    var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(socket), 64);
      Files.setPosixFilePermissions(socket, mode);
      var server = new LocalServer(socket, listener, handler, limits);
      Thread.ofVirtual().name("local-accept").start(server::accept);
      return server;
    } catch (IOException e) {
      listener.close();
      throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
    }
  }

  private static void removeStale(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      return;
    }
    if (isLive(socket)) {
      throw new IOException(socket + " is in use by a running program");
    }
    Files.deleteIfExists(socket);
  }

  /// True if a program accepts connections on `socket`.
  public static boolean isLive(Path socket) {
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }

  private void accept() {
    while (!closed) {
      try {
        SocketChannel channel = listener.accept();
        boolean admitted = connections.size() < limits.maxConnections();
        if (admitted) {
          connections.add(channel);
        }
        Thread.ofVirtual().name("local-connection").start(() -> serve(channel, admitted));
      } catch (IOException e) {
        if (!closed) {
          Log.LOG.error("{}: stopped listening: {}", socket, e.toString());
        }
        return;
      }
    }
  }

  private void serve(SocketChannel channel, boolean admitted) {
    try (channel) {
      new LocalConnection(channel, users.of(channel), handler, limits).serve(admitted);
    } catch (IOException e) {
      Log.LOG.debug("{}: connection ended: {}", socket, e.toString());
    } finally {
      connections.remove(channel);
    }
  }

  /// Stops listening, removes the socket file and ends the connections.
  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    Files.deleteIfExists(socket);
    for (SocketChannel channel : connections) {
      channel.close();
    }
  }
}
