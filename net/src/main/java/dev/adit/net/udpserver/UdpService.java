package dev.adit.net.udpserver;

import dev.adit.net.Clock;
import dev.adit.net.log.LogLine;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Receives datagrams and answers each from the address it came to, or from another. Thread-safe;
/// the work is done by one thread of its own.
///
/// There is one socket per local address, because a socket for all of them would let the kernel
/// choose the answer's source, and a NAT in front of the client would drop what does not come from
/// where the question went (nat-traversal R-STUN-11). When all addresses were asked for, those that
/// appear and vanish later are followed.
public final class UdpService implements AutoCloseable {
  /// Decides what is answered.
  @FunctionalInterface
  public interface Handler {
    /// The answer to the `length` bytes of `datagram` from `offset`, or null for none. Called on
    /// the service's thread; must not block nor keep the array.
    @Nullable Reply answer(
        byte[] datagram, int offset, int length, Endpoint from, Endpoint to, long now);
  }

  /// One datagram to send.
  ///
  /// @param from an endpoint of this service; where it has none, nothing is sent
  public record Reply(byte[] bytes, Endpoint from, Endpoint to) {}

  private static final Logger LOG = LoggerFactory.getLogger(UdpService.class);

  /// Longer datagrams are cut, which makes them no protocol of ours.
  private static final int LARGEST_DATAGRAM = 2048;

  /// So many in a row, then the other sockets have their turn.
  private static final int BATCH = 64;

  private static final long RESCAN_MILLIS = 10_000;

  private final List<Endpoint> wanted;
  private final List<Endpoint> whereFree;
  private final Handler handler;
  private final Clock clock;
  private final Selector selector;
  private final Thread thread;

  // Of the service's thread, once it runs.
  private final byte[] bytes = new byte[LARGEST_DATAGRAM];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private final Map<Endpoint, DatagramChannel> sockets = new LinkedHashMap<>();
  private volatile List<Endpoint> listening = List.of();

  private UdpService(List<Endpoint> wanted, List<Endpoint> whereFree, Handler handler, Clock clock)
      throws IOException {
    this.wanted = List.copyOf(wanted);
    this.whereFree = List.copyOf(whereFree);
    this.handler = handler;
    this.clock = clock;
    this.selector = Selector.open();
    this.thread = Thread.ofPlatform().name("udp-service").daemon().unstarted(this::run);
  }

  /// Listens on all of `listen`; `0.0.0.0` and `::` stand for every address of the machine, port 0
  /// lets the kernel choose.
  ///
  /// @throws IOException naming the address and port that cannot be listened on
  public static UdpService start(List<Endpoint> listen, Handler handler, Clock clock)
      throws IOException {
    return start(listen, List.of(), handler, clock);
  }

  /// @param whereFree listened on too, but left alone where another program has them
  public static UdpService start(
      List<Endpoint> listen, List<Endpoint> whereFree, Handler handler, Clock clock)
      throws IOException {
    var service = new UdpService(listen, whereFree, handler, clock);
    try {
      service.openAll();
      service.openWhereFree();
    } catch (IOException e) {
      service.closeSockets();
      service.selector.close();
      throw e;
    }
    service.thread.start();
    return service;
  }

  /// Where it listens, with the ports the kernel chose.
  public List<Endpoint> listening() {
    return listening;
  }

  /// A named address must work; of all addresses at least one.
  private void openAll() throws IOException {
    IOException failure = null;
    for (var endpoint : LocalAddresses.expand(wanted)) {
      try {
        open(endpoint);
      } catch (IOException e) {
        failure = new IOException("cannot listen on UDP " + endpoint + ": " + reason(e), e);
        if (wanted.contains(endpoint)) {
          throw failure;
        }
        LogLine.warn(LOG, "udp_address_skipped")
            .addKeyValue("port", endpoint.port())
            .addKeyValue("reason", reason(e))
            .log("cannot listen on UDP on one of this machine's addresses");
        LOG.debug("{}", failure.getMessage());
      }
    }
    if (sockets.isEmpty()) {
      throw failure != null ? failure : new IOException("no address to listen on for UDP");
    }
    listening = List.copyOf(sockets.keySet());
  }

  /// Says once per port what could not be had.
  private void openWhereFree() throws IOException {
    for (var spare : whereFree) {
      IOException failure = null;
      for (var endpoint : LocalAddresses.expand(List.of(spare))) {
        try {
          if (!sockets.containsKey(endpoint)) {
            open(endpoint);
          }
        } catch (IOException e) {
          failure = e;
        }
      }
      if (failure != null) {
        LogLine.info(LOG, "udp_port_skipped")
            .addKeyValue("port", spare.port())
            .addKeyValue("reason", reason(failure))
            .log("not answering on a spare UDP port");
      }
    }
    listening = List.copyOf(sockets.keySet());
  }

  private static String reason(IOException e) {
    String text = String.valueOf(e.getMessage());
    return text.contains("in use") ? "the port is in use by another program" : text;
  }

  private void open(Endpoint endpoint) throws IOException {
    boolean isV4 = endpoint.address().isV4();
    var family = isV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    var channel = DatagramChannel.open(family);
    try {
      channel.configureBlocking(false);
      channel.bind(address(endpoint));
      var local = new Endpoint(endpoint.address(), channel.socket().getLocalPort());
      channel.register(selector, SelectionKey.OP_READ, local);
      sockets.put(local, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static InetSocketAddress address(Endpoint endpoint) throws IOException {
    return new InetSocketAddress(
        InetAddress.getByAddress(endpoint.address().bytes()), endpoint.port());
  }

  private void run() {
    long scanned = clock.nanos();
    try {
      while (selector.isOpen()) {
        selector.select(this::readable, RESCAN_MILLIS);
        long now = clock.nanos();
        if (now - scanned > RESCAN_MILLIS * 1_000_000) {
          scanned = now;
          follow();
        }
      }
    } catch (ClosedSelectorException e) {
      // Closed while it looked who is ready.
    } catch (IOException e) {
      LogLine.error(LOG, "udp_stopped").setCause(e).log("the UDP service has stopped");
    } finally {
      closeSockets();
    }
  }

  private void readable(SelectionKey key) {
    try {
      var channel = (DatagramChannel) key.channel();
      var local = (Endpoint) key.attachment();
      for (int i = 0; i < BATCH && answerOne(channel, local); i++) {}
    } catch (ClosedChannelException e) {
      key.cancel();
    } catch (IOException e) {
      LOG.debug("datagram lost", e);
    }
  }

  private boolean answerOne(DatagramChannel channel, Endpoint local) throws IOException {
    buffer.clear();
    var source = (InetSocketAddress) channel.receive(buffer);
    if (source == null) {
      return false;
    }
    var from = new Endpoint(IpAddress.of(source.getAddress().getAddress()), source.getPort());
    Reply reply = handler.answer(bytes, 0, buffer.position(), from, local, clock.nanos());
    if (reply != null) {
      var out = reply.from().equals(local) ? channel : sockets.get(reply.from());
      if (out != null) {
        var target = reply.to().equals(from) ? source : address(reply.to());
        out.send(ByteBuffer.wrap(reply.bytes()), target);
      }
    }
    return true;
  }

  /// Opens sockets for addresses that have appeared and closes those of vanished ones.
  private void follow() throws IOException {
    var now = LocalAddresses.expand(wanted);
    now.addAll(LocalAddresses.expand(whereFree));
    for (var endpoint : now) {
      if (endpoint.port() != 0 && !sockets.containsKey(endpoint)) {
        try {
          open(endpoint);
        } catch (IOException e) {
          LOG.debug("cannot listen on UDP {} yet", endpoint, e);
        }
      }
    }
    for (var endpoint : List.copyOf(sockets.keySet())) {
      boolean chosenByKernel = now.contains(new Endpoint(endpoint.address(), 0));
      if (!now.contains(endpoint) && !chosenByKernel) {
        var channel = sockets.remove(endpoint);
        if (channel != null) {
          channel.close();
        }
      }
    }
    listening = List.copyOf(sockets.keySet());
  }

  private void closeSockets() {
    for (var channel : new ArrayList<>(sockets.values())) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("closing a UDP socket", e);
      }
    }
    sockets.clear();
    listening = List.of();
  }

  /// Stops and waits until the sockets are closed. Harmless if repeated.
  @Override
  public void close() {
    try {
      selector.close();
      if (Thread.currentThread() != thread) {
        thread.join();
      }
    } catch (IOException e) {
      LOG.debug("closing the UDP service", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
