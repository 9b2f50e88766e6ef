package dev.adit.net.frontdoor;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Takes a byte stream out of the binary messages of a WebSocket (RFC 6455; derp §2.5): where one
/// message ends and the next begins means nothing. Behind it a [ByteStream] sees bytes as if there
/// were no WebSocket. Confined to the connection's event loop.
///
/// Nothing is gathered: bytes go on as they come, whatever the length of their message, so a
/// stranger's long message costs no memory. After a refusal the peer has a moment to see the close
/// frame, and then TCP ends, whatever it left unfinished.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class WebSocketBytes extends ByteToMessageDecoder {
  /// The longest frame that is taken; a DERP packet of 64 KiB and its header fit many times.
  static final int MAX_FRAME = 1024 * 1024;

  private static final int MAX_CONTROL = 125;
  private static final long LINGER_SECONDS = 2;

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private static final int CLOSE_PROTOCOL = 1002;
  private static final int CLOSE_POLICY = 1008;

  private final DoorCounters counters;
  private final byte[] mask = new byte[4];
  private long left; // of the data frame that is being read
  private int maskAt;
  private boolean inMessage;
  private boolean over; // refused or closed; what still comes is thrown away

  private final WebSocketMessages out;

  private WebSocketBytes(DoorCounters counters, WebSocketMessages out) {
    this.counters = counters;
    this.out = out;
  }

  /// Adds it to a pipeline, with its way out.
  static WebSocketBytes addTo(ChannelPipeline pipeline, DoorCounters counters) {
    var out = new WebSocketMessages();
    var bytes = new WebSocketBytes(counters, out);
    pipeline.addLast(bytes).addLast(out);
    return bytes;
  }

  /// Ends a WebSocket whose subprotocol is not ours.
  void wrongSubprotocol(ChannelHandlerContext anyContext) {
    refuse(anyContext.pipeline().context(this), CLOSE_POLICY, DoorCounters.BadMessage.SUBPROTOCOL);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (left > 0 && !over) {
      int length = (int) Math.min(left, in.readableBytes());
      out.add(unmasked(in.readRetainedSlice(length)));
      left -= length;
    } else if (!over) {
      frame(context, in);
    }
    if (over) {
      in.skipBytes(in.readableBytes());
    }
  }

  /// Reads a frame's header and, of control frames, all of it; nothing while it is not complete.
  private void frame(ChannelHandlerContext context, ByteBuf in) {
    if (in.readableBytes() < 2) {
      return;
    }
    int at = in.readerIndex();
    int first = in.getUnsignedByte(at);
    int second = in.getUnsignedByte(at + 1);
    int opcode = first & 15;
    boolean last = first >= 0x80;
    int shortLength = second & 0x7f;
    boolean control = opcode >= CLOSE;
    if ((first & 0x70) != 0
        || second < 0x80
        || opcode > PONG
        || opcode > BINARY && !control
        || control && (!last || shortLength > MAX_CONTROL)
        || opcode == CONTINUATION && !inMessage
        || opcode == BINARY && inMessage) {
      refuse(context, CLOSE_PROTOCOL, DoorCounters.BadMessage.FRAMES);
      return;
    }
    if (opcode == TEXT) {
      refuse(context, MessageStream.CLOSE_UNSUPPORTED, DoorCounters.BadMessage.TEXT);
      return;
    }
    int more = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
    int header = 2 + more + mask.length;
    if (in.readableBytes() < header) {
      return;
    }
    long length =
        more == 8 ? in.getLong(at + 2) : more == 2 ? in.getUnsignedShort(at + 2) : shortLength;
    if (length < 0 || length > MAX_FRAME) { // of 64 bits the highest must be 0
      refuse(context, MessageStream.CLOSE_TOO_BIG, DoorCounters.BadMessage.TOO_BIG);
      return;
    }
    if (control && in.readableBytes() < header + length) {
      return;
    }
    in.getBytes(at + 2 + more, mask);
    maskAt = 0;
    in.skipBytes(header);
    if (control) {
      control(context, opcode, unmasked(in.readRetainedSlice((int) length)));
    } else {
      inMessage = !last;
      left = length;
    }
  }

  private ByteBuf unmasked(ByteBuf payload) {
    for (int i = payload.readerIndex(); i < payload.writerIndex(); i++) {
      payload.setByte(i, payload.getByte(i) ^ mask[maskAt++ & 3]);
    }
    maskAt &= 3;
    return payload;
  }

  private void control(ChannelHandlerContext context, int opcode, ByteBuf payload) {
    try {
      if (opcode == PING && context.channel().isWritable()) { // who does not read gets no pongs
        byte[] copy = new byte[payload.readableBytes()];
        payload.readBytes(copy);
        context.writeAndFlush(WebSocketMessages.control(context, PONG, copy));
      } else if (opcode == CLOSE) {
        closeReceived(context, payload);
      }
    } finally {
      payload.release();
    }
  }

  private void closeReceived(ChannelHandlerContext context, ByteBuf payload) {
    end();
    boolean said = payload.readableBytes() >= 2;
    int code = said ? payload.readUnsignedShort() : MessageStream.CLOSE_NORMAL;
    boolean allowed = code >= 1000 && code <= 4999 && code != 1004 && code != 1005 && code != 1006;
    context
        .writeAndFlush(closeFrame(context, allowed ? code : CLOSE_PROTOCOL))
        .addListener(ChannelFutureListener.CLOSE);
    lingerAtMost(context);
  }

  private void refuse(ChannelHandlerContext context, int code, DoorCounters.BadMessage why) {
    end();
    counters.badMessages.count(why);
    context.writeAndFlush(closeFrame(context, code)).addListener(_ -> HalfClose.ofOutput(context));
    lingerAtMost(context);
  }

  /// From here on only a close frame goes out, and nothing comes in.
  private void end() {
    over = true;
    out.stop();
  }

  private static void lingerAtMost(ChannelHandlerContext context) {
    context.executor().schedule(() -> context.channel().close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  private static ByteBuf closeFrame(ChannelHandlerContext context, int code) {
    return WebSocketMessages.control(context, CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
  }
}
