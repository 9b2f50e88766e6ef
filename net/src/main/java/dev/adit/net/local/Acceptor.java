package dev.adit.net.local;

import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Counts;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections; each is served by a virtual thread of its own, and what exceeds the limit
/// is told so. Thread-safe.
final class Acceptor implements AutoCloseable {
  /// What serves an accepted connection.
  interface Opener {
    LocalConnection open(SocketChannel channel) throws IOException;
  }

  /// Made at first use: who starts quickly loads no log back end.
  private static final class Log {
    static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);
  }

  private final String name;
  private final ServerSocketChannel listener;
  private final Opener opener;
  private final int mostConnections;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final Counts<LocalRefusal> refusals = new Counts<>(LocalRefusal.class);
  private volatile boolean closed;

  /// @param name of what is listened on, for the log
  Acceptor(String name, ServerSocketChannel listener, int mostConnections, Opener opener) {
    this.name = name;
    this.listener = listener;
    this.mostConnections = mostConnections;
    this.opener = opener;
  }

  void start() {
    Thread.ofVirtual().name("local-accept").start(this::accept);
  }

  int open() {
    return connections.size();
  }

  Counts<LocalRefusal> refusals() {
    return refusals;
  }

  private void accept() {
    while (!closed) {
      try {
        SocketChannel channel = listener.accept();
        boolean admitted = connections.size() < mostConnections;
        if (admitted) {
          connections.add(channel);
        }
        Thread.ofVirtual().name("local-connection").start(() -> serve(channel, admitted));
      } catch (IOException e) {
        if (!closed) {
          LogLine.error(Log.LOG, "local_stopped")
              .addKeyValue("socket", name)
              .addKeyValue("reason", e.toString())
              .log("a local socket does not listen any more");
        }
        return;
      }
    }
  }

  private void serve(SocketChannel channel, boolean admitted) {
    try (channel) {
      opener.open(channel).serve(admitted, refusals);
    } catch (IOException e) {
      Log.LOG.debug("{}: connection ended: {}", name, e.toString());
    } finally {
      connections.remove(channel);
    }
  }

  /// Stops listening and ends the connections.
  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    for (SocketChannel channel : connections) {
      channel.close();
    }
  }
}
