package dev.adit.net.frontdoor;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// First in each connection's pipeline: turns away what exceeds the limits before it costs a TLS
/// handshake, and knows who is at the other end. Confined to the connection's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class RemoteEnd extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<RemoteEnd> KEY = AttributeKey.valueOf(RemoteEnd.class, "peer");

  private final ConnectionLimits limits;
  private final Proxies proxies;
  private final DoorCounters counters;
  private Endpoint remote = new Endpoint(IpAddress.of(new byte[4]), 0);
  private boolean counted; // among all
  private boolean ofSite; // counts against its address, unless the peer is proven
  private boolean proven;
  private boolean forwarder;
  private @Nullable TlsVersion encrypted;

  RemoteEnd(ConnectionLimits limits, Proxies proxies, DoorCounters counters) {
    this.limits = limits;
    this.proxies = proxies;
    this.counters = counters;
  }

  static RemoteEnd of(Channel channel) {
    return channel.attr(KEY).get();
  }

  Endpoint remote() {
    return remote;
  }

  /// Its TLS stands; not told again.
  void encrypted(TlsVersion version) {
    if (counted) {
      encrypted = version;
      counters.tlsOpen.add(version, 1);
    }
  }

  /// From now on the connection does not count against its address.
  void proven() {
    if (counted && !proven) {
      proven = true;
      if (ofSite) {
        limits.proven(remote.address());
      }
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.channel().attr(KEY).set(this);
    var address = context.channel().remoteAddress();
    boolean introduced = true;
    if (address != null) { // null if the connection is gone already
      remote = endpoint(address);
      introduced = !proxies.introduces(remote.address());
      counted = limits.entered();
    }
    if (!counted) {
      context.close();
    } else if (!introduced) {
      context.pipeline().addAfter(context.name(), null, new ProxyReader(this, counters));
    } else if (arrived()) {
      context.fireChannelActive();
    } else {
      context.close();
    }
  }

  /// The proxy said whose connection it is.
  ///
  /// @param source null if it is the proxy's own
  /// @return false if its address has too many
  boolean introduced(@Nullable Endpoint source) {
    if (source == null) {
      return true;
    }
    remote = source;
    return arrived();
  }

  /// What a proxy forwards counts against the client's address, once a request tells it.
  private boolean arrived() {
    forwarder = proxies.forwards(remote.address());
    ofSite = !forwarder && limits.arrived(remote.address());
    return forwarder || ofSite;
  }

  /// A request came: if a proxy of ours forwards it, tells where its client is.
  Endpoint requested(HttpHeaders headers) {
    if (forwarder) {
      var client = proxies.client(headers.getAll("X-Forwarded-For"));
      return client == null ? remote : new Endpoint(client, 0);
    }
    return remote;
  }

  /// The connection leaves HTTP, and is one client's from now on.
  ///
  /// @param client as [#requested] said
  /// @return false if its address has too many
  boolean upgraded(Endpoint client) {
    if (client.equals(remote)) {
      return true;
    }
    remote = client;
    ofSite = limits.arrived(remote.address());
    return ofSite;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (counted) {
      ended();
      context.fireChannelInactive();
    }
  }

  /// A pipeline that is closed while no loop has it is taken apart without a word.
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (counted) {
      ended();
    }
  }

  private void ended() {
    if (ofSite && !proven) {
      limits.unprovenClosed(remote.address());
    }
    if (encrypted != null) {
      counters.tlsOpen.add(encrypted, -1);
    }
    limits.closed();
    counted = false;
  }

  static Endpoint endpoint(SocketAddress address) {
    var inet = (InetSocketAddress) address;
    return new Endpoint(IpAddress.of(inet.getAddress().getAddress()), inet.getPort());
  }
}
