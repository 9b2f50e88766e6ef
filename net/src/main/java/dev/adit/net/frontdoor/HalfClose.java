package dev.adit.net.frontdoor;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/// Our direction of a connection.
@SuppressWarnings("FutureReturnValueIgnored") // an end that fails is an end
final class HalfClose {
  private HalfClose() {}

  /// Ends it and leaves the peer's open: to end both while bytes of the peer are unread would reset
  /// the connection, and the peer would not see what was said last. On the connection's event loop.
  static void ofOutput(ChannelHandlerContext context) {
    var tls = context.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (context.channel() instanceof DuplexChannel channel) {
      channel.shutdownOutput();
    }
  }
}
