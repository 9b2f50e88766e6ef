package dev.adit.systemtests.swarm;

import dev.adit.testkit.TrustsAll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// A process that wears a server down: connections that do nothing, that send half a request, and
/// that ask without reading the answers.
///
///     Flood HOST PORT IDLE HALF SLOW PER_SECOND SOURCE…
///
/// Prints `open IDLE HALF SLOW failed N` when it has made them all, holds them, and ends with its
/// input.
public final class Flood {
  private static final int AT_ONCE = 64;
  private static final byte[] HALF =
      "GET /adit/identity HTTP/1.1\r\nHost: somebody\r\nX-".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WHOLE =
      "GET /adit/identity HTTP/1.1\r\nHost: somebody\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final InetSocketAddress server;
  private final List<InetAddress> sources = new ArrayList<>();
  private final ConcurrentLinkedQueue<Socket> held = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failed = new AtomicInteger();
  private final SSLContext tls;
  private int next;

  private Flood(String[] arguments) throws Exception {
    server = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    for (int i = 6; i < arguments.length; i++) {
      sources.add(InetAddress.getByName(arguments[i]));
    }
    tls = SSLContext.getInstance("TLS");
    tls.init(null, new TrustManager[] {new TrustsAll()}, null);
  }

  public static void main(String[] arguments) throws Exception {
    var flood = new Flood(arguments);
    int idle = Integer.parseInt(arguments[2]);
    int half = Integer.parseInt(arguments[3]);
    int slow = Integer.parseInt(arguments[4]);
    int rate = Integer.parseInt(arguments[5]);
    int done = flood.open(slow, rate, flood::askWithoutReading);
    done += flood.open(half, rate, flood::beginARequest);
    done += flood.open(idle, rate, flood::doNothing);
    System.out.println(
        "open " + idle + " " + half + " " + slow + " failed " + flood.failed.get() + " of " + done);
    while (System.in.read() >= 0) {
      // Until it ends.
    }
    System.exit(0);
  }

  private interface Deed {
    void on(Socket socket) throws IOException;
  }

  private int open(int count, int perSecond, Deed deed) throws InterruptedException {
    var places = new Semaphore(AT_ONCE);
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long wait = begun + 1_000_000_000L * i / perSecond - System.nanoTime();
      if (wait > 0) {
        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
      }
      places.acquire();
      InetAddress source = sources.get(next++ % sources.size());
      Thread.ofVirtual()
          .start(() -> {
            try {
              var socket = new Socket();
              held.add(socket);
              socket.bind(new InetSocketAddress(source, 0));
              socket.connect(server, 10_000);
              deed.on(socket);
            } catch (IOException e) {
              failed.incrementAndGet();
            } finally {
              places.release();
            }
          });
    }
    places.acquire(AT_ONCE);
    return count;
  }

  private void doNothing(Socket socket) {
    held.add(socket);
  }

  private void beginARequest(Socket socket) throws IOException {
    encrypted(socket).getOutputStream().write(HALF);
  }

  /// Asks until nobody listens any more, as the answers are in the way.
  private void askWithoutReading(Socket socket) throws IOException {
    socket.setReceiveBufferSize(4096);
    Socket open = encrypted(socket);
    Thread.ofVirtual()
        .start(() -> {
          try {
            for (int i = 0; i < 100_000; i++) {
              open.getOutputStream().write(WHOLE);
            }
          } catch (IOException e) {
            // It was ended.
          }
        });
  }

  private Socket encrypted(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    Socket open = tls.getSocketFactory().createSocket(socket, "somebody", server.getPort(), true);
    held.add(open);
    return open;
  }
}
