package dev.adit.net.udp;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// One of the agent's UDP sockets towards the network, of one address family. Confined to the
/// loop's thread.
///
/// Addresses are translated between the JDK's form and ours once per peer, not once per packet.
final class OutsideSocket implements Outside {
  private static final int BUFFER_BYTES = 4 << 20;

  /// More than a node ever talks to; when strangers fill it, it starts anew.
  private static final int MAX_KNOWN = 4096;

  /// DSCP AF41, by which no network card joins a probe with WireGuard's packets (R-PROBE-9).
  private static final int PROBE_TOS = 0x88;

  final DatagramChannel channel;
  private final int port;
  private final ArrayView view = new ArrayView();
  private final LongAdder unsent = new LongAdder();
  private final Map<InetSocketAddress, Endpoint> sources = new HashMap<>();
  private final Map<Endpoint, InetSocketAddress> targets = new HashMap<>();
  private @Nullable InetSocketAddress lastSource;
  private @Nullable Endpoint lastEndpoint;

  private OutsideSocket(DatagramChannel channel) throws IOException {
    this.channel = channel;
    this.port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  /// @param port 0 for any
  static OutsideSocket bind(int port) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER_BYTES);
      channel.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
      channel.configureBlocking(false);
      channel.bind(new InetSocketAddress(port));
      return new OutsideSocket(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public int port() {
    return port;
  }

  /// @return the source, or null if nothing waits; `into` then holds the datagram
  @Nullable Endpoint receive(ByteBuffer into) {
    InetSocketAddress source;
    try {
      source = (InetSocketAddress) channel.receive(into);
    } catch (IOException e) {
      return null; // an ICMP error about an earlier packet; probes find out by themselves
    }
    if (source == null) {
      return null;
    }
    if (source == lastSource) {
      return lastEndpoint;
    }
    Endpoint endpoint = sources.get(source);
    if (endpoint == null) {
      if (sources.size() >= MAX_KNOWN) {
        sources.clear();
      }
      endpoint = new Endpoint(IpAddress.of(source.getAddress().getAddress()), source.getPort());
      sources.put(source, endpoint);
    }
    lastSource = source;
    lastEndpoint = endpoint;
    return endpoint;
  }

  @Override
  public void sendProbe(Endpoint to, byte[] probe) {
    serviceClass(PROBE_TOS);
    send(to, probe, 0, probe.length);
    serviceClass(0);
  }

  private void serviceClass(int tos) {
    try {
      channel.setOption(StandardSocketOptions.IP_TOS, tos);
    } catch (IOException e) {
      // It only marks packets; they go out with another mark.
    }
  }

  @Override
  public long unsent() {
    return unsent.sum();
  }

  @Override
  public void send(Endpoint to, byte[] packet, int offset, int length) {
    InetSocketAddress target = targets.get(to);
    try {
      if (target == null) {
        if (targets.size() >= MAX_KNOWN) {
          targets.clear();
        }
        target = new InetSocketAddress(InetAddress.getByAddress(to.address().bytes()), to.port());
        targets.put(to, target);
      }
      if (channel.send(view.of(packet, offset, length), target) == 0) {
        unsent.increment();
      }
    } catch (IOException e) {
      // No route, too big for the path, an ICMP error: not delivered, as on any network.
      unsent.increment();
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Closing a datagram channel has nothing to lose.
    }
  }
}
