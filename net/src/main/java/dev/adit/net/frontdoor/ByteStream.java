package dev.adit.net.frontdoor;

import dev.adit.net.metrics.Histogram;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A [ByteConnection] on a Netty channel: the last handler of its pipeline. Confined to the
/// connection's event loop, except what [NettyConnection] offers.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class ByteStream extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ByteStream.class);

  /// The largest TLS record; one write of the kernel, too.
  private static final int RECORD = 16 * 1024;

  /// Where bytes lie while a listener reads them: one array for each event loop.
  private static final FastThreadLocal<byte[]> READ =
      new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
          return new byte[2 * RECORD];
        }
      };

  private final Connection connection;
  private final ByteConnection.Listener listener;
  private boolean closed;

  /// Lets the acceptor have the connection; what it writes is not flushed yet.
  ///
  /// @param provenLoops where the connection goes once its peer has proven who it is; null to stay
  /// @param ideal see [ByteConnection#isIdeal]
  /// @param framesOfWrites notes how many frames leave together
  ByteStream(
      Channel channel,
      ByteConnection.Acceptor acceptor,
      @Nullable EventLoopGroup provenLoops,
      boolean ideal,
      Histogram framesOfWrites) {
    connection = new Connection(channel, provenLoops, ideal, framesOfWrites);
    listener = acceptor.accept(connection);
  }

  /// Begins on one of the door's event loops, where strangers' TLS handshakes and requests are
  /// dealt with, and moves to a loop without strangers: else each packet would wait for all
  /// handshakes that came before it, some hundred milliseconds in a flood of them.
  private static final class Connection extends NettyConnection implements ByteConnection {
    private final @Nullable EventLoopGroup provenLoops;
    private final boolean ideal;
    private volatile boolean settled;

    /// While no loop has it.
    private volatile boolean moving;

    // Confined to the channel's event loop, which is the old one until the new one has it.
    private List<Runnable> meanwhile = List.of();
    private final Runnable leave = this::leave;
    private @Nullable ByteBuf open; // what was appended and has not left
    private boolean leaving;
    private boolean pooled;
    private boolean dead;
    private long waitedFor;
    private int frames; // since the last turn
    private final Histogram framesOfWrites;

    Connection(
        Channel channel,
        @Nullable EventLoopGroup provenLoops,
        boolean ideal,
        Histogram framesOfWrites) {
      super(channel);
      this.framesOfWrites = framesOfWrites;
      this.provenLoops = provenLoops;
      this.ideal = ideal;
      settled = provenLoops == null;
    }

    @Override
    public void peerProven() {
      super.peerProven();
      // From here on it is packets: a pool saves a twentieth of the processor's time for each.
      execute(() -> {
        channel.config().setAllocator(PacketPool.INSTANCE);
        pooled = true;
      });
      execute(() -> arrange(provenLoops));
    }

    private void arrange(@Nullable EventLoopGroup loops) {
      if (loops == null) {
        TlsRecords.takeOver(channel);
      } else {
        move(loops);
      }
    }

    private void move(EventLoopGroup loops) {
      if (channel.isActive()) {
        leave();
        moving = true;
        channel.deregister().addListener(left -> moved(left.isSuccess(), loops));
      }
    }

    private void moved(boolean left, EventLoopGroup loops) {
      if (left && channel.isActive()) {
        loops.register(channel).addListener(arrived -> arrived(arrived.isSuccess()));
      } else {
        lost();
      }
    }

    private void arrived(boolean there) {
      if (!there) {
        lost();
        return;
      }
      TlsRecords.takeOver(channel);
      moving = false;
      settled = true;
      var tasks = meanwhile;
      meanwhile = List.of();
      tasks.forEach(Runnable::run);
      // What was read on the way waits to be answered: nothing could be written meanwhile.
      channel.pipeline().fireChannelWritabilityChanged();
    }

    /// It was closed between the loops, where nobody is told of the end.
    private void lost() {
      channel.close();
      channel.pipeline().fireChannelInactive();
    }

    @Override
    public void execute(Runnable task) {
      super.execute(settled ? task : () -> whereItBelongs(task));
    }

    @Override
    public void schedule(Runnable task, long delayNanos) {
      super.schedule(settled ? task : () -> whereItBelongs(task), delayNanos);
    }

    /// Runs a task that was given before the connection had settled: on its loop of now.
    private void whereItBelongs(Runnable task) {
      if (!channel.eventLoop().inEventLoop()) {
        execute(task);
      } else if (moving) {
        meanwhile = meanwhile.isEmpty() ? new ArrayList<>() : meanwhile;
        meanwhile.add(task);
      } else {
        task.run();
      }
    }

    @Override
    public boolean isIdeal() {
      return ideal;
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
    public void append(byte[] bytes, int offset, int length) {
      frames++;
      put(bytes, offset, length);
    }

    @Override
    public void append(byte[] head, byte[] bytes, int offset, int length) {
      frames++;
      put(head, 0, head.length);
      put(bytes, offset, length);
    }

    private void put(byte[] bytes, int offset, int length) {
      int position = offset;
      int left = length;
      while (left > 0 && !dead) {
        var buffer = open;
        if (buffer == null) {
          // From a pool a whole record is as cheap as a part of it.
          buffer = pooled ? channel.alloc().directBuffer(RECORD, RECORD) : Unpooled.buffer(256);
          open = buffer;
          if (!leaving) {
            leaving = true;
            execute(leave);
          }
        }
        int part = Math.min(left, RECORD - buffer.readableBytes());
        buffer.writeBytes(bytes, position, part);
        position += part;
        left -= part;
        if (buffer.readableBytes() == RECORD) {
          open = null;
          channel.writeAndFlush(buffer, channel.voidPromise());
        }
      }
    }

    /// The turn is over.
    private void leave() {
      leaving = false;
      framesOfWrites.note(frames);
      frames = 0;
      var buffer = open;
      if (buffer != null) {
        open = null;
        channel.writeAndFlush(buffer, channel.voidPromise());
      }
    }

    @Override
    public boolean isWritableHere() {
      return !moving && channel.eventLoop().inEventLoop() && channel.isWritable();
    }

    @Override
    public boolean progressed() {
      var buffer = channel.unsafe().outboundBuffer();
      long waiting = buffer == null ? 0 : buffer.totalPendingWriteBytes();
      boolean progressed = waiting < waitedFor;
      waitedFor = waiting;
      return progressed;
    }

    @Override
    public long roundTripMicros() {
      return RoundTrips.micros(channel);
    }

    @Override
    public void setReading(boolean reading) {
      channel.config().setAutoRead(reading);
    }

    void ended() {
      dead = true;
      var buffer = open;
      if (buffer != null) {
        open = null;
        buffer.release();
      }
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
      byte[] array = READ.get();
      while (!closed && buffer.isReadable()) {
        int length = Math.min(buffer.readableBytes(), array.length);
        buffer.readBytes(array, 0, length);
        listener.received(array, 0, length);
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
    ended();
  }

  /// A pipeline that is closed while no loop has it is taken apart without a word.
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    ended();
  }

  private void ended() {
    if (!closed) {
      closed = true;
      connection.ended();
      listener.closed();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("connection ended", cause);
    context.close();
  }
}
