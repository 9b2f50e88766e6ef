package dev.adit.net.frontdoor;

import dev.adit.wire.Endpoint;
import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// What both kinds of connection that left HTTP have in common. Thread-safe, because Netty's
/// channels are.
abstract class NettyConnection {
  final Channel channel;
  private final RemoteEnd peer;

  NettyConnection(Channel channel) {
    this.channel = channel;
    this.peer = RemoteEnd.of(channel);
  }

  public Endpoint remote() {
    return peer.remote();
  }

  public void peerProven() {
    execute(peer::proven);
  }

  public void execute(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      // The front door has been closed, and every connection with it.
    }
  }

  public void schedule(Runnable task, long delayNanos) {
    try {
      var _ =
          channel
              .eventLoop()
              .schedule(
                  () -> {
                    if (channel.isActive()) {
                      task.run();
                    }
                  },
                  delayNanos,
                  TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // As above.
    }
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + channel.id().asShortText() + "]";
  }
}
