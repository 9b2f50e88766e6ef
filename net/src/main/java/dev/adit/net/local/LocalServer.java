package dev.adit.net.local;

import dev.adit.net.http.HttpHandler;
import dev.adit.net.metrics.Readings;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

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

  private final Path socket;
  private final Acceptor acceptor;

  private LocalServer(
      Path socket, ServerSocketChannel listener, HttpHandler handler, LocalLimits limits)
      throws IOException {
    this.socket = socket;
    LocalUsers users = LocalUsers.ownerOf(socket);
    this.acceptor =
        new Acceptor(
            socket.toString(),
            listener,
            limits.maxConnections(),
            channel ->
                new LocalConnection(channel, Guard.UNIX, null, users.of(channel), handler, limits));
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
      server.acceptor.start();
      return server;
    } catch (IOException e) {
      listener.close();
      throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
    }
  }

  static void removeStale(Path socket) throws IOException {
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

  /// Adds what this socket counts.
  public void read(Readings into) {
    into.gauge("adit_local_connections", "Connections open to the local socket.", acceptor.open());
    into.counters(
        "adit_local_requests_refused_total",
        "Requests to the local socket that were refused before anything was done, by reason.",
        "reason",
        LocalRefusal.values(),
        LocalRefusal::sentence,
        acceptor.refusals()::value);
  }

  /// Stops listening, removes the socket file and ends the connections.
  @Override
  public void close() throws IOException {
    acceptor.close();
    Files.deleteIfExists(socket);
  }
}
