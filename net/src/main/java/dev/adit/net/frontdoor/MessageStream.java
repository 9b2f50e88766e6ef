package dev.adit.net.frontdoor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A [MessageConnection] on a Netty channel, behind its WebSocket codec: the last handler of the
/// pipeline. Joins fragments, answers pings, and ends the connection for what is not allowed (RFC
/// 6455 §7.4.1). Confined to the connection's event loop, except what [Connection] offers.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class MessageStream extends SimpleChannelInboundHandler<WebSocketFrame> {
  static final int MAX_MESSAGE = 65_535;

  static final int CLOSE_NORMAL = 1000;
  static final int CLOSE_UNSUPPORTED = 1003;
  static final int CLOSE_TOO_BIG = 1009;

  /// How long a closed connection waits for the peer's own close frame.
  private static final long LINGER_SECONDS = 2;

  private static final Logger LOG = LoggerFactory.getLogger(MessageStream.class);

  private final Connection connection;
  private final MessageConnection.Listener listener;
  private final DoorCounters counters;
  private final ByteArrayOutputStream parts = new ByteArrayOutputStream(0);
  private boolean closing;
  private boolean closed;

  /// @param proven run on the event loop when the peer has proven who it is
  MessageStream(
      Channel channel,
      MessageConnection.Acceptor acceptor,
      Runnable proven,
      DoorCounters counters) {
    this.counters = counters;
    connection = new Connection(channel, proven);
    listener = acceptor.accept(connection);
  }

  private final class Connection extends NettyConnection implements MessageConnection {
    private final Runnable proven;

    Connection(Channel channel, Runnable proven) {
      super(channel);
      this.proven = proven;
    }

    @Override
    public void peerProven() {
      super.peerProven();
      execute(proven);
    }

    @Override
    public void send(byte[] message) {
      if (message.length > MAX_MESSAGE) {
        throw new IllegalArgumentException(
            "WebSocket message: " + message.length + " bytes, allowed " + MAX_MESSAGE);
      }
      channel.writeAndFlush(
          new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message)), channel.voidPromise());
    }

    @Override
    public long waitingBytes() {
      var buffer = channel.unsafe().outboundBuffer();
      return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public void close(int code) {
      execute(() -> startClosing(channel, code));
    }
  }

  /// Sends a close frame and waits a moment for the peer's: an end at once could overtake the frame
  /// and destroy it.
  private ChannelFuture startClosing(Channel channel, int code) {
    if (closing) {
      return channel.newSucceededFuture();
    }
    closing = true;
    channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    return channel.writeAndFlush(new CloseWebSocketFrame(code, ""));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    switch (frame) {
      case CloseWebSocketFrame close -> closeReceived(context, close);
      case PingWebSocketFrame ping when !closing ->
          context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
      case PongWebSocketFrame _ -> {}
      case BinaryWebSocketFrame binary when !closing -> part(context, binary);
      case ContinuationWebSocketFrame next when !closing -> part(context, next);
      default -> refuse(context, CLOSE_UNSUPPORTED, DoorCounters.BadMessage.TEXT);
    }
  }

  private ChannelFuture refuse(
      ChannelHandlerContext context, int code, DoorCounters.BadMessage why) {
    if (!closing) {
      counters.badMessages.count(why);
    }
    return startClosing(context.channel(), code);
  }

  private void closeReceived(ChannelHandlerContext context, CloseWebSocketFrame close) {
    if (closing) {
      context.close();
      return;
    }
    closing = true;
    int code = close.statusCode() < 0 ? CLOSE_NORMAL : close.statusCode();
    context.writeAndFlush(new CloseWebSocketFrame(code, "")).addListener(_ -> context.close());
  }

  private void part(ChannelHandlerContext context, WebSocketFrame frame) {
    ByteBuf content = frame.content();
    if (parts.size() + content.readableBytes() > MAX_MESSAGE) {
      refuse(context, CLOSE_TOO_BIG, DoorCounters.BadMessage.TOO_BIG);
      return;
    }
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    if (frame.isFinalFragment() && parts.size() == 0) {
      listener.received(bytes);
      return;
    }
    parts.write(bytes, 0, bytes.length);
    if (frame.isFinalFragment()) {
      byte[] whole = parts.toByteArray();
      parts.reset();
      listener.received(whole);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!closed) {
      closed = true;
      closing = true;
      listener.closed();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof CorruptedWebSocketFrameException violation) {
      context.pipeline().replace(WebSocket13FrameDecoder.class, null, new Discard());
      refuse(context, violation.closeStatus().code(), DoorCounters.BadMessage.FRAMES)
          .addListener(_ -> HalfClose.ofOutput(context));
    } else {
      LOG.debug("WebSocket ended", cause);
      context.close();
    }
  }

  /// Stands in for the decoder once the peer's bytes mean nothing any more.
  private static final class Discard extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      ReferenceCountUtil.release(bytes);
    }
  }
}
