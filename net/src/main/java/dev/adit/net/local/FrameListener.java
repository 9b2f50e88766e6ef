package dev.adit.net.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Accepts connections that carry frames on a Unix socket; each is served by a platform thread of
/// its own, because what it asks for are system calls. Everybody on the machine may connect: the
/// handler looks at [LocalFrames#user]. Thread-safe.
public final class FrameListener implements AutoCloseable {
  /// Serves one connection, and returns when it has ended; on the connection's thread.
  @FunctionalInterface
  public interface Handler {
    void serve(LocalFrames frames) throws IOException;
  }

  private static final long PAUSE_NANOS = 10_000_000;

  private final Path socket;
  private final ServerSocketChannel listener;
  private final Handler handler;
  private final int mostConnections;
  private final int maxFrame;
  private final Set<LocalFrames> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger number = new AtomicInteger();

  private FrameListener(
      Path socket,
      ServerSocketChannel listener,
      Handler handler,
      int mostConnections,
      int maxFrame) {
    this.socket = socket;
    this.listener = listener;
    this.handler = handler;
    this.mostConnections = mostConnections;
    this.maxFrame = maxFrame;
  }

  /// Listens on `socket`, whose folder must exist. A socket file that nobody serves is replaced.
  ///
  /// @param mostConnections open at once; one more is ended at once
  /// @throws IOException if a running program serves it: `SOCKET is in use by a running program`
  public static FrameListener start(Path socket, Handler handler, int mostConnections, int maxFrame)
      throws IOException {
    LocalServer.removeStale(socket);
    var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(socket), mostConnections);
      Files.setPosixFilePermissions(socket, LocalServer.EVERYBODY);
    } catch (IOException e) {
      listener.close();
      throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
    }
    var started = new FrameListener(socket, listener, handler, mostConnections, maxFrame);
    Thread.ofPlatform().name("frames-accept").start(started::accept);
    return started;
  }

  /// Connections that are open.
  public int open() {
    return connections.size();
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel channel = listener.accept();
        if (connections.size() >= mostConnections) {
          channel.close();
          continue;
        }
        var frames = new LocalFrames(channel, maxFrame);
        connections.add(frames);
        Thread.ofPlatform()
            .daemon()
            .name("frames-" + number.incrementAndGet())
            .start(() -> serve(frames));
      } catch (IOException e) {
        // One connection that came to nothing; or no descriptor is left, which may last; or the
        // listener was closed, which ends the loop.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void serve(LocalFrames frames) {
    try (frames) {
      handler.serve(frames);
    } catch (IOException e) {
      // The connection has ended; the handler knows better why.
    } finally {
      connections.remove(frames);
    }
  }

  /// Stops listening, removes the socket file and ends the connections.
  @Override
  public void close() throws IOException {
    listener.close();
    connections.forEach(LocalFrames::close);
    Files.deleteIfExists(socket);
  }
}
