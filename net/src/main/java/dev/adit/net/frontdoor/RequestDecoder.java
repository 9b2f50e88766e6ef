package dev.adit.net.frontdoor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;

/// Netty's request decoder, which stops after one request until it is told to go on: what follows
/// may be the next request, or, after an upgrade, no HTTP at all.
final class RequestDecoder extends HttpRequestDecoder {
  private static final int REQUEST_LINE_LIMIT = 8 * 1024;
  private static final int HEADER_LIMIT = 16 * 1024;

  private boolean held;

  RequestDecoder() {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(REQUEST_LINE_LIMIT)
            .setMaxHeaderSize(HEADER_LIMIT));
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    if (!held) {
      super.decode(context, in, out);
    }
  }

  void hold() {
    held = true;
  }

  /// Reads on, beginning with what has come in the meantime.
  void release(ChannelHandlerContext anyContext) throws Exception {
    held = false;
    var context = anyContext.pipeline().context(this);
    if (context != null) {
      channelRead(context, Unpooled.EMPTY_BUFFER);
    }
  }
}
