package dev.adit.net.frontdoor;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// First in each connection's pipeline: turns away what exceeds the limits before it costs a TLS
/// handshake, and knows who is at the other end. Confined to the connection's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class RemoteEnd extends ChannelInboundHandlerAdapter {
  private static final AttributeKey<RemoteEnd> KEY = AttributeKey.valueOf(RemoteEnd.class, "peer");

  private final ConnectionLimits limits;
  private Endpoint remote = new Endpoint(IpAddress.of(new byte[4]), 0);
  private boolean counted;
  private boolean proven;

  RemoteEnd(ConnectionLimits limits) {
    this.limits = limits;
  }

  static RemoteEnd of(Channel channel) {
    return channel.attr(KEY).get();
  }

  Endpoint remote() {
    return remote;
  }

  /// From now on the connection does not count against its address.
  void proven() {
    if (counted && !proven) {
      proven = true;
      limits.proven(remote.address());
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.channel().attr(KEY).set(this);
    var address = context.channel().remoteAddress();
    if (address != null) { // null if the connection is gone already
      remote = endpoint(address);
      counted = limits.opened(remote.address());
    }
    if (counted) {
      context.fireChannelActive();
    } else {
      context.close();
    }
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
    if (!proven) {
      limits.unprovenClosed(remote.address());
    }
    limits.closed();
    counted = false;
  }

  /// True for TLS 1.3, and where there is no TLS at all.
  static boolean isTls13(Channel channel) {
    var tls = channel.pipeline().get(SslHandler.class);
    return tls == null || tls.engine().getSession().getProtocol().equals("TLSv1.3");
  }

  static Endpoint endpoint(SocketAddress address) {
    var inet = (InetSocketAddress) address;
    return new Endpoint(IpAddress.of(inet.getAddress().getAddress()), inet.getPort());
  }
}
