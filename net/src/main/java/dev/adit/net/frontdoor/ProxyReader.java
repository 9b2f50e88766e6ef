package dev.adit.net.frontdoor;

import dev.adit.wire.MalformedException;
import dev.adit.wire.proxyprotocol.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Second in the pipeline of a connection that a proxy of ours passes on: reads the PROXY header,
/// and only then lets the others know that there is a connection. Confined to its event loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class ProxyReader extends ChannelInboundHandlerAdapter {
  /// A proxy has its header ready.
  private static final int SECONDS = 10;

  private final RemoteEnd remote;
  private final DoorCounters counters;
  private byte[] bytes = new byte[256];
  private int count;
  private boolean refused;
  private @Nullable ScheduledFuture<?> deadline;

  ProxyReader(RemoteEnd remote, DoorCounters counters) {
    this.remote = remote;
    this.counters = counters;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    deadline = context.executor().schedule(() -> refuse(context), SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    var in = (ByteBuf) message;
    try {
      while (!refused && in.isReadable()) {
        take(in);
        var header = ProxyHeader.parse(bytes, count);
        if (header != null) {
          pass(context, header, in);
          return;
        }
      }
    } catch (MalformedException e) {
      refuse(context);
    }
    in.release();
  }

  private void take(ByteBuf in) {
    if (count == bytes.length) { // no header is longer than that
      bytes = java.util.Arrays.copyOf(bytes, ProxyHeader.MAX_BYTES);
    }
    int taken = Math.min(in.readableBytes(), bytes.length - count);
    in.readBytes(bytes, count, taken);
    count += taken;
  }

  /// @param in what was read last, of which the end is the client's
  private void pass(ChannelHandlerContext context, ProxyHeader header, ByteBuf in) {
    disarm();
    in.readerIndex(in.readerIndex() - (count - header.length()));
    if (remote.introduced(header.source())) {
      context.fireChannelActive();
      if (in.isReadable()) {
        context.fireChannelRead(in);
      } else {
        in.release();
      }
      context.pipeline().remove(this);
    } else {
      refused = true;
      in.release();
      context.close();
    }
  }

  private void refuse(ChannelHandlerContext context) {
    refused = true;
    disarm();
    counters.refused.count(DoorCounters.Refusal.NO_PROXY_HEADER);
    context.close();
  }

  private void disarm() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    disarm(); // nobody behind this knows of the connection
  }
}
