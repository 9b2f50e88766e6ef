package dev.adit.net.tls;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Connects to the first of several endpoints that answers (RFC 8305): each gets a head start, 250
/// ms unless said otherwise, before the next one joins, or less if it fails earlier. Confined to
/// one caller.
final class TcpRace {
  private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private record Finish(@Nullable Socket socket, @Nullable IOException failure) {}

  private TcpRace() {}

  /// @param endpoints in order of preference
  /// @param deadline of `System.nanoTime`
  static Socket connect(List<Endpoint> endpoints, long deadline) throws IOException {
    return connect(endpoints, HEAD_START_NANOS, deadline);
  }

  /// @param headStart nanoseconds; 0 to try all at once
  static Socket connect(List<Endpoint> endpoints, long headStart, long deadline)
      throws IOException {
    if (endpoints.isEmpty()) {
      throw new IOException("no address to connect to");
    }
    if (endpoints.size() == 1) {
      var socket = new Socket();
      connect(socket, endpoints.getFirst(), deadline);
      return socket;
    }
    return race(endpoints, headStart, deadline);
  }

  private static Socket race(List<Endpoint> endpoints, long headStart, long deadline)
      throws IOException {
    var finishes = new LinkedBlockingQueue<Finish>();
    var sockets = new ArrayList<Socket>();
    Socket winner = null;
    IOException firstFailure = null;
    int failed = 0;
    try {
      while (winner == null && failed < endpoints.size()) {
        boolean allStarted = sockets.size() == endpoints.size();
        if (!allStarted) {
          var socket = new Socket();
          Endpoint endpoint = endpoints.get(sockets.size());
          sockets.add(socket);
          Thread.ofVirtual()
              .name("tcp-race")
              .start(() -> finishes.add(attempt(socket, endpoint, deadline)));
          allStarted = sockets.size() == endpoints.size();
        }
        long left = deadline - System.nanoTime();
        Finish finish =
            finishes.poll(allStarted ? left : Math.min(left, headStart), TimeUnit.NANOSECONDS);
        if (finish != null) {
          winner = finish.socket();
          firstFailure = firstFailure == null ? finish.failure() : firstFailure;
          failed += winner == null ? 1 : 0;
        } else if (deadline - System.nanoTime() <= 0) {
          throw new SocketTimeoutException("no answer from " + endpoints);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting", e);
    } finally {
      if (winner != null) {
        sockets.remove(winner);
      }
      for (Socket loser : sockets) {
        loser.close();
      }
    }
    if (winner != null) {
      return winner;
    }
    throw firstFailure != null ? firstFailure : new IOException("no answer from " + endpoints);
  }

  private static Finish attempt(Socket socket, Endpoint endpoint, long deadline) {
    try {
      connect(socket, endpoint, deadline);
      return new Finish(socket, null);
    } catch (IOException e) {
      return new Finish(null, e);
    }
  }

  private static void connect(Socket socket, Endpoint endpoint, long deadline) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    try {
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true);
      socket.connect(
          new InetSocketAddress(
              InetAddress.getByAddress(endpoint.address().bytes()), endpoint.port()),
          (int) Math.max(1, millis));
    } catch (IOException e) {
      socket.close();
      throw e instanceof SocketTimeoutException
          ? new SocketTimeoutException("no answer from " + endpoint)
          : new IOException(endpoint + ": " + e.getMessage(), e);
    }
  }
}
