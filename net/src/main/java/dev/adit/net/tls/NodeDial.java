package dev.adit.net.tls;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// Dials one node of a DERP region: IPv4 and IPv6 race, 1.5 seconds for everything (derp §10.3).
///
/// @param host a DNS name or an IP literal
/// @param ipv4 a literal; empty to ask the DNS about `host`; anything else: not by IPv4
/// @param ipv6 as `ipv4`
/// @param ipv6Works IPv6 was seen to work, so IPv4 begins 200 ms later
public record NodeDial(String host, int port, String ipv4, String ipv6, boolean ipv6Works)
    implements TcpDial {
  private static final long LIMIT = TimeUnit.MILLISECONDS.toNanos(1500);
  private static final long HEAD_START = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int KEEP_ALIVE_SECONDS = 30;

  @Override
  public Socket open(long deadline) throws IOException {
    long until = Math.min(deadline, System.nanoTime() + LIMIT);
    Socket socket = TcpRace.connect(endpoints(until), ipv6Works ? HEAD_START : 0, until);
    keepAlive(socket);
    return socket;
  }

  /// Some systems have no such option; then the system's own time stays.
  static void keepAlive(Socket socket) throws IOException {
    if (socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
      socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_SECONDS);
    }
  }

  /// The first address of each family that is wanted, IPv6 first.
  private List<Endpoint> endpoints(long until) throws IOException {
    var found = new ArrayList<Endpoint>();
    IpAddress literal = HostAddresses.literal(host);
    boolean asksDns = literal == null && (ipv4.isEmpty() || ipv6.isEmpty());
    List<IpAddress> named =
        literal != null ? List.of(literal) : asksDns ? resolve(host, until) : List.of();
    for (boolean v6 : new boolean[] {true, false}) {
      IpAddress chosen = chosen(v6 ? ipv6 : ipv4, v6, named);
      if (chosen != null) {
        found.add(new Endpoint(chosen, port));
      }
    }
    if (found.isEmpty()) {
      throw new IOException(host + ": no address to connect to");
    }
    return found;
  }

  private static @Nullable IpAddress chosen(String wish, boolean v6, List<IpAddress> named) {
    if (wish.isEmpty()) {
      return named.stream().filter(address -> address.isV6() == v6).findFirst().orElse(null);
    }
    IpAddress literal = HostAddresses.literal(wish);
    return literal != null && literal.isV6() == v6 ? literal : null;
  }

  /// The system's resolver cannot be stopped; it is left alone when it takes too long.
  private static List<IpAddress> resolve(String host, long until) throws IOException {
    var answer = new CompletableFuture<List<IpAddress>>();
    Thread.ofVirtual()
        .name("derp-resolve")
        .start(() -> {
          try {
            var addresses = new ArrayList<IpAddress>();
            for (InetAddress address : InetAddress.getAllByName(host)) {
              addresses.add(IpAddress.of(address.getAddress()));
            }
            answer.complete(addresses);
          } catch (IOException e) {
            answer.completeExceptionally(e);
          }
        });
    try {
      return answer.get(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException(host + ": the DNS does not answer");
    } catch (ExecutionException e) {
      throw new IOException(host + ": unknown host", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while resolving " + host, e);
    }
  }
}
