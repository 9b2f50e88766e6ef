package dev.adit.net.frontdoor;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Waits for a connection's first bytes, and only then gives it what TLS and HTTP need: thousands
/// of connections that say nothing shall cost next to nothing. Confined to the connection's event
/// loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class FirstBytes extends ChannelInboundHandlerAdapter {
  /// Adds the handlers of a connection that has begun to speak.
  interface Furnisher {
    void furnish(ChannelHandlerContext context);
  }

  private final int seconds;
  private final LongAdder timeouts;
  private final Furnisher furnisher;
  private @Nullable ScheduledFuture<?> deadline;

  /// @param seconds how long to wait
  /// @param timeouts counts those who said nothing for so long
  FirstBytes(int seconds, LongAdder timeouts, Furnisher furnisher) {
    this.seconds = seconds;
    this.timeouts = timeouts;
    this.furnisher = furnisher;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    deadline = context.executor().schedule(() -> tooLate(context), seconds, TimeUnit.SECONDS);
  }

  private void tooLate(ChannelHandlerContext context) {
    timeouts.increment();
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    disarm();
    context.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    disarm();
    furnisher.furnish(context);
    context.pipeline().remove(this);
    context.fireChannelRead(bytes);
  }

  private void disarm() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
