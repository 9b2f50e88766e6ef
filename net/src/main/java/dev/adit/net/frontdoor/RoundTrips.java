package dev.adit.net.frontdoor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;

/// Asks the kernel how long the way to a peer and back takes. Thread-safe: one asks at a time, so
/// that a sample allocates nothing.
final class RoundTrips {
  private static final EpollTcpInfo ANSWER = new EpollTcpInfo();

  private RoundTrips() {}

  /// @return microseconds; -1 if the connection has ended, or its transport does not tell
  static long micros(Channel channel) {
    if (!(channel instanceof EpollSocketChannel socket)) {
      return -1;
    }
    synchronized (ANSWER) {
      try {
        return socket.tcpInfo(ANSWER).rtt();
      } catch (ChannelException e) {
        return -1;
      }
    }
  }
}
