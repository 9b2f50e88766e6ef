package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.DatagramSocket;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The UDP port that WireGuard has bound, shared with it: what the agent sends from here has
/// WireGuard's own address and port, so that NATs and firewalls take both for one flow, and what
/// others send here for the agent (probes, STUN, envelopes of UDP relays) is heard beside
/// WireGuard, which ignores it (nat-traversal §5.2). Needs CAP_NET_RAW.
///
/// Sending is confined to one thread; receiving has a thread of its own after [#start].
public final class SharedPort implements PortSharer {
  /// Packets taken from one socket before the other one has its turn.
  private static final int BATCH = 64;

  /// How long the self-test waits each time it asks for what has come.
  private static final long PATIENCE_NANOS = 5_000_000;

  private final Arena arena = Arena.ofShared();
  private final RawUdpSocket v4;
  private final @Nullable RawUdpSocket v6;
  private final StopSignal stop;
  private final MemorySegment poll = arena.allocate(24, 8); // struct pollfd[3]: v4, stop, v6
  private final MemorySegment patience = arena.allocate(16, 8); // struct timespec
  private final LongAdder unsent = new LongAdder();
  private final Thread thread;
  private volatile int port;
  private volatile long unheard;
  private boolean isAttended;
  private final HearingTest test = new HearingTest();

  private SharedPort(RawUdpSocket v4, @Nullable RawUdpSocket v6, StopSignal stop, int port) {
    this.v4 = v4;
    this.v6 = v6;
    this.stop = stop;
    this.port = port;
    pollfd(0, v4.descriptor());
    pollfd(8, stop.descriptor());
    pollfd(16, v6 == null ? -1 : v6.descriptor()); // negative: passed over
    patience.set(JAVA_LONG, 8, PATIENCE_NANOS);
    thread = Thread.ofPlatform().daemon().name("shared-port-" + port).unstarted(this::run);
  }

  private void pollfd(int at, int descriptor) {
    poll.set(JAVA_INT, at, descriptor);
    poll.set(JAVA_SHORT, at + 4, Sockets.POLLIN);
  }

  /// Shares a port; it need not be bound yet. [#start] sets it going.
  ///
  /// @param mark of WireGuard's packets (its `fwmark`), 0 for none
  /// @throws ErrnoException with EPERM without CAP_NET_RAW
  public static SharedPort open(int port, int mark) throws IOException {
    RawUdpSocket v4 = new RawUdpSocket(true, port, mark);
    RawUdpSocket v6 = null;
    try {
      v6 = openV6(port, mark);
      return new SharedPort(v4, v6, new StopSignal(), port);
    } catch (IOException e) {
      v4.close();
      if (v6 != null) {
        v6.close();
      }
      throw e;
    }
  }

  /// @return null where IPv6 is switched off (R-RAW-1); the network check says so, too
  private static @Nullable RawUdpSocket openV6(int port, int mark) throws IOException {
    try {
      return new RawUdpSocket(false, port, mark);
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.EAFNOSUPPORT) {
        return null;
      }
      throw e;
    }
  }

  /// Whether no program of this machine has bound the port.
  public static boolean isFree(int port) {
    try (var _ = new DatagramSocket(port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void start(Listener hears) {
    test.listener(hears);
    thread.start();
  }

  @Override
  public int[] attend(Listener hears) {
    isAttended = true;
    test.listener(hears);
    return v6 == null ? new int[] {v4.descriptor()} : new int[] {v4.descriptor(), v6.descriptor()};
  }

  @Override
  public void receive(int descriptor) {
    RawUdpSocket socket = descriptor == v4.descriptor() ? v4 : v6;
    if (socket != null && socket.receive(BATCH, test)) {
      unheard = v4.overflowed() + (v6 == null ? 0 : v6.overflowed());
    }
  }

  @Override
  public long unheard() {
    return unheard;
  }

  @Override
  public int port() {
    return port;
  }

  public boolean hasV6() {
    return v6 != null;
  }

  @Override
  public void changePort(int newPort) throws IOException {
    port = newPort;
    v4.changePort(newPort);
    if (v6 != null) {
      v6.changePort(newPort);
    }
  }

  @Override
  public void routesChanged() {
    v4.routesChanged();
  }

  @Override
  public void sendProbe(Endpoint to, byte[] payload) {
    send(to, RawUdpSocket.Marking.PROBE, payload, 0, payload.length);
  }

  @Override
  public boolean send(Endpoint to, byte[] payload, int offset, int length) {
    send(to, RawUdpSocket.Marking.DATA, payload, offset, length);
    return true;
  }

  private void send(
      Endpoint to, RawUdpSocket.Marking marking, byte[] payload, int offset, int length) {
    RawUdpSocket socket = to.address().isV4() ? v4 : v6;
    if (socket == null || !socket.send(to, marking, payload, offset, length)) {
      unsent.increment();
    }
  }

  @Override
  public long unsent() {
    return unsent.sum();
  }

  @Override
  public boolean hears() {
    return isAttended ? test.passes(port, this::waitAndReceive) : test.passes(port);
  }

  private void waitAndReceive() {
    Native.call(SystemCall.PPOLL, poll.address(), 3, patience.address(), 0, 8);
    v4.receive(BATCH, test);
    if (v6 != null) {
      v6.receive(BATCH, test);
    }
  }

  private void run() {
    while (true) {
      Native.call(SystemCall.PPOLL, poll.address(), 3, 0, 0, 8);
      if (poll.get(JAVA_SHORT, 14) != 0) {
        return;
      }
      v4.receive(BATCH, test);
      if (v6 != null) {
        v6.receive(BATCH, test);
      }
    }
  }

  @Override
  public void close() {
    stop.signal();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    v4.close();
    if (v6 != null) {
      v6.close();
    }
    stop.close();
    arena.close();
  }
}
