package dev.adit.net.frontdoor;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/// Puts a byte stream into the binary messages of a WebSocket at the server (RFC 6455; derp §2.5).
/// Confined to the connection's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class WebSocketMessages extends ChannelOutboundHandlerAdapter {
  /// Tailscale's clients refuse a longer message.
  static final int MAX_MESSAGE = 32_768;

  private static final int LAST = 0x80;
  private static final int BINARY = 2;
  private static final int SHORT = 126; // lengths below stand in the second byte

  private boolean stopped;

  /// Throws away what is written from now on: the close frame is out.
  void stop() {
    stopped = true;
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    var bytes = (ByteBuf) message;
    if (stopped) {
      bytes.release();
      promise.trySuccess();
      return;
    }
    while (bytes.readableBytes() > MAX_MESSAGE) {
      context.write(header(context, BINARY, MAX_MESSAGE), context.voidPromise());
      context.write(bytes.readRetainedSlice(MAX_MESSAGE), context.voidPromise());
    }
    if (bytes.isReadable()) {
      context.write(header(context, BINARY, bytes.readableBytes()), context.voidPromise());
    }
    context.write(bytes, promise);
  }

  /// A frame of its own; give it to a handler in front of this one.
  static ByteBuf control(ChannelHandlerContext context, int opcode, byte[] payload) {
    return header(context, opcode, payload.length).writeBytes(payload);
  }

  private static ByteBuf header(ChannelHandlerContext context, int opcode, int length) {
    var header = context.alloc().buffer(4 + (length < SHORT ? length : 0));
    header.writeByte(LAST | opcode);
    if (length < SHORT) {
      header.writeByte(length);
    } else {
      header.writeByte(SHORT).writeShort(length);
    }
    return header;
  }
}
