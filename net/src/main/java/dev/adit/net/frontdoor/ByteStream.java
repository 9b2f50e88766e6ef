package dev.adit.net.frontdoor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A [ByteConnection] on a Netty channel: the last handler of its pipeline. Confined to the
/// connection's event loop, except what [NettyConnection] offers.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class ByteStream extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ByteStream.class);

  private final ByteConnection.Listener listener;
  private boolean closed;

  /// Lets the acceptor have the connection; what it writes is not flushed yet.
  ByteStream(Channel channel, ByteConnection.Acceptor acceptor) {
    listener = acceptor.accept(new Connection(channel));
  }

  private static final class Connection extends NettyConnection implements ByteConnection {
    Connection(Channel channel) {
      super(channel);
    }

    @Override
    public boolean isTls13() {
      return Peer.isTls13(channel);
    }

    @Override
    public void write(byte[] bytes) {
      channel.write(Unpooled.wrappedBuffer(bytes), channel.voidPromise());
    }

    @Override
    public void flush() {
      channel.flush();
    }

    @Override
    public boolean isWritable() {
      return channel.isWritable();
    }

    @Override
    public void close() {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var buffer = (ByteBuf) message;
    try {
      if (!closed && buffer.isReadable()) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        listener.received(bytes);
      }
    } finally {
      buffer.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!closed) {
      listener.readBatchEnded();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!closed && context.channel().isWritable()) {
      listener.writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!closed) {
      closed = true;
      listener.closed();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection ended", cause);
    context.close();
  }
}
