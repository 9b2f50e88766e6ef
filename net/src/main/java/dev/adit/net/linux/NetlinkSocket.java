package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A netlink socket: one request, then its answer. Confined to one thread at a time.
final class NetlinkSocket implements AutoCloseable {
  /// Protocols of netlink.
  static final int ROUTE = 0;

  static final int NETFILTER = 12;
  static final int GENERIC = 16;

  private static final int CAP_ACK = 10;

  /// The kernel sizes the parts of a dump by the reader's buffer.
  private static final int BUFFER = 64 * 1024;

  /// How often a dump is repeated that changed while it was made.
  private static final int DUMP_ATTEMPTS = 5;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER, 8);
  private final int descriptor;
  private int sequence;

  /// @param protocol [#ROUTE], [#NETFILTER] or [#GENERIC]
  /// @param groups of notifications to join, as bits; 0 for a socket that asks
  NetlinkSocket(int protocol, int groups) throws IOException {
    descriptor =
        Sockets.open("cannot open a netlink socket", Sockets.NETLINK, Sockets.RAW, protocol);
    MemorySegment address = arena.allocate(12, 4);
    address.set(JAVA_SHORT, 0, (short) Sockets.NETLINK);
    address.set(JAVA_INT, 8, groups);
    long bound = Native.call(SystemCall.BIND, descriptor, address.address(), 12);
    if (bound < 0) {
      close();
      Native.checked("cannot bind a netlink socket", bound);
    }
    // Error replies then carry our header only, not the whole request. Old kernels may refuse.
    Sockets.trySet(descriptor, Sockets.SOL_NETLINK, CAP_ACK, 1);
  }

  int descriptor() {
    return descriptor;
  }

  int nextSequence() {
    return ++sequence;
  }

  /// Sends a request that asks for an acknowledgement and waits for it.
  ///
  /// @param what the action for the message of a failure
  void execute(String what, byte[] request) throws IOException {
    send(what, request);
    receive(what);
  }

  /// Sends a dump request, or one for a single object, and returns the answers.
  ///
  /// @param build makes the request anew for each attempt, with the sequence number it gets
  List<NetlinkMessage> query(String what, java.util.function.IntFunction<byte[]> build)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      send(what, build.apply(nextSequence()));
      Answer answer = receive(what);
      if (!answer.interrupted() || attempt == DUMP_ATTEMPTS) {
        return answer.messages();
      }
    }
  }

  /// Sends a request that is answered by one message without acknowledgement.
  NetlinkMessage queryOne(String what, byte[] request) throws IOException {
    send(what, request);
    while (true) {
      byte[] part = receivePart(what);
      NetlinkMessage message = NetlinkMessage.read(part, 0, part.length);
      if (message.sequence() == sequence) {
        if (message.type() == NetlinkMessage.ERROR) {
          throw new ErrnoException(what, -message.error());
        }
        return message;
      }
    }
  }

  private record Answer(List<NetlinkMessage> messages, boolean interrupted) {}

  private void send(String what, byte[] request) throws IOException {
    MemorySegment.copy(request, 0, buffer, JAVA_BYTE, 0, request.length);
    Native.checked(
        what,
        Native.call(SystemCall.SENDTO, descriptor, buffer.address(), request.length, 0, 0, 0));
  }

  /// Reads until the acknowledgement or the end of the dump; messages of other sequences are left
  /// over from an exchange that failed and are dropped.
  private Answer receive(String what) throws IOException {
    var messages = new ArrayList<NetlinkMessage>();
    boolean interrupted = false;
    while (true) {
      byte[] part = receivePart(what);
      for (int at = 0; at < part.length; ) {
        NetlinkMessage message = NetlinkMessage.read(part, at, part.length);
        at = message.next();
        if (message.sequence() != sequence) {
          continue;
        }
        interrupted |= message.isDumpInterrupted();
        switch (message.type()) {
          case NetlinkMessage.ERROR, NetlinkMessage.DONE -> {
            int error = -message.error();
            if (error == ErrnoException.EINTR) {
              return new Answer(messages, true);
            }
            if (error != 0) {
              throw new ErrnoException(what, error);
            }
            return new Answer(messages, interrupted);
          }
          default -> messages.add(message);
        }
      }
    }
  }

  private byte[] receivePart(String what) throws IOException {
    long length;
    do {
      length =
          Native.call(
              SystemCall.RECVFROM, descriptor, buffer.address(), BUFFER, Sockets.MSG_TRUNC, 0, 0);
    } while (length == -ErrnoException.EINTR);
    Native.checked(what, length);
    if (length > BUFFER) {
      throw new IOException(what + ": netlink answer of " + length + " bytes was cut off");
    }
    return buffer.asSlice(0, length).toArray(JAVA_BYTE);
  }

  /// Reads and forgets what is waiting. Lost notifications (ENOBUFS) are as good as read ones: each
  /// only says that something changed.
  void drain() {
    long result;
    do {
      result =
          Native.call(
              SystemCall.RECVFROM,
              descriptor,
              buffer.address(),
              BUFFER,
              Sockets.MSG_DONTWAIT,
              0,
              0);
    } while (result >= 0 || result == -ErrnoException.ENOBUFS || result == -ErrnoException.EINTR);
  }

  @Override
  public void close() {
    Sockets.close(descriptor);
    arena.close();
  }
}
