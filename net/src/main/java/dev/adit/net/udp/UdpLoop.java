package dev.adit.net.udp;

import dev.adit.net.Clock;
import dev.adit.net.linux.SharedPort;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// The agent's packet loop: a port towards the network, its own or WireGuard's, and one loopback
/// endpoint per peer, all on one thread. Everything that is confined to this thread is touched by
/// nobody else; others [#post] tasks.
///
/// A steady flow allocates nothing here. Tasks are not bounded by this class: posters bound what
/// they have under way, as a DERP link does with its received packets.
public final class UdpLoop implements AutoCloseable {
  private static final int MAX_DATAGRAM = 65_536;

  /// Packets taken from one socket before the next one has its turn.
  private static final int BATCH = 64;

  private final Clock clock;
  private final PacketHandler handler;
  private final Consumer<Throwable> broken;
  private final Selector selector;
  private volatile Outside outside; // changed by the loop's thread only
  private volatile long unsentBefore;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean closing;

  // confined to the loop's thread
  private final byte[] received = new byte[MAX_DATAGRAM];
  private final ByteBuffer receivedView = ByteBuffer.wrap(received);
  private final ArrayView sentView = new ArrayView();
  private long wakeAt; // 0: the first round asks the handler at once

  private UdpLoop(
      Clock clock,
      PacketHandler handler,
      Consumer<Throwable> broken,
      Selector selector,
      Outside outside) {
    this.clock = clock;
    this.handler = handler;
    this.broken = broken;
    this.selector = selector;
    this.outside = outside;
    this.thread = Thread.ofPlatform().name("packet-loop").unstarted(this::run);
  }

  /// Opens the outside socket; [#start] sets it going.
  ///
  /// @param port of the outside socket; 0 for any
  /// @param broken hears an exception of the handler, a mistake of ours; the loop goes on
  /// @throws java.net.BindException if the port is taken
  public static UdpLoop open(
      Clock clock, int port, PacketHandler handler, Consumer<Throwable> broken) throws IOException {
    OutsideSocket outside = OutsideSocket.bind(port);
    Selector selector = Selector.open();
    outside.channel.register(selector, SelectionKey.OP_READ, outside);
    return new UdpLoop(clock, handler, broken, selector, outside);
  }

  /// A loop whose way to the network is WireGuard's own port; it closes that.
  public static UdpLoop over(
      SharedPort shared, Clock clock, PacketHandler handler, Consumer<Throwable> broken)
      throws IOException {
    return new UdpLoop(clock, handler, broken, Selector.open(), new SharedOutside(shared));
  }

  /// Once.
  public void start() {
    outside.start(this::wake);
    thread.start();
  }

  /// Has a port of its own from now on. On the loop's thread.
  ///
  /// @throws java.net.BindException if the port is taken
  public void leaveShared(int port) throws IOException {
    OutsideSocket own = OutsideSocket.bind(port);
    own.channel.register(selector, SelectionKey.OP_READ, own);
    unsentBefore = outside.unsent();
    outside.close();
    outside = own;
  }

  /// Addresses or routes of this machine have changed. On the loop's thread.
  public void routesChanged() {
    outside.routesChanged();
  }

  /// The outside port.
  public int port() {
    return outside.port();
  }

  /// Binds a loopback endpoint. On the loop's thread, or before [#start].
  ///
  /// @throws java.net.BindException if the port is taken
  public LoopbackEndpoint openLoopback(int loopbackPort, Object owner) throws IOException {
    LoopbackEndpoint endpoint = LoopbackEndpoint.bind(loopbackPort, owner);
    endpoint.channel.register(selector, SelectionKey.OP_READ, endpoint);
    return endpoint;
  }

  /// On the loop's thread.
  public void closeLoopback(LoopbackEndpoint endpoint) {
    try {
      endpoint.channel.close();
    } catch (IOException e) {
      // Closing a datagram channel has nothing to lose.
    }
  }

  /// Sends to the network. On the loop's thread.
  public void send(Endpoint to, byte[] packet, int offset, int length) {
    outside.send(to, packet, offset, length);
  }

  /// Sends a probe to the network. On the loop's thread.
  public void sendProbe(Endpoint to, byte[] probe) {
    outside.sendProbe(to, probe);
  }

  /// Datagrams to the port shared with WireGuard that came faster than the loop took them: it lets
  /// 256 wait. Any thread.
  public long unheard() {
    return outside.unheard();
  }

  /// Datagrams to the network that the kernel did not take. Any thread.
  public long unsent() {
    return unsentBefore + outside.unsent();
  }

  /// Hands a datagram to WireGuard. On the loop's thread.
  public void inject(LoopbackEndpoint endpoint, byte[] packet, int offset, int length) {
    endpoint.inject(sentView.of(packet, offset, length));
  }

  /// Runs `task` on the loop's thread soon. Any thread.
  public void post(Runnable task) {
    tasks.add(task);
    wake();
  }

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      selector.wakeup();
    }
  }

  public boolean isLoopThread() {
    return Thread.currentThread() == thread;
  }

  /// Ends the thread and closes all sockets. Not on the loop's thread.
  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    if (thread.getState() == Thread.State.NEW) {
      closeSockets();
      return;
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closing) {
        round();
      }
    } catch (IOException e) {
      broken.accept(e);
    } finally {
      closeSockets();
      ended.countDown();
    }
  }

  private void round() throws IOException {
    long now = clock.nanos();
    boolean idle = tasks.isEmpty() && wakeAt > now;
    if (!idle) {
      selector.selectNow();
    } else if (wakeAt == Long.MAX_VALUE) {
      selector.select();
    } else {
      // Rounded up: waking a fraction too early would spin until the time comes.
      selector.select((wakeAt - now + 999_999) / 1_000_000);
    }
    woken.set(false);
    now = clock.nanos();
    for (SelectionKey key : selector.selectedKeys()) {
      readAll(key, now);
    }
    selector.selectedKeys().clear();
    deliver(now);
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      guarded(task);
    }
    try {
      wakeAt = handler.roundEnded(clock.nanos());
    } catch (RuntimeException e) {
      broken.accept(e);
      wakeAt = clock.nanos() + 1_000_000_000L;
    }
  }

  private void readAll(SelectionKey key, long now) {
    LoopbackEndpoint loopback = LoopbackEndpoint.of(key.attachment());
    try {
      for (int i = 0; i < BATCH && key.isValid(); i++) {
        receivedView.clear();
        if (loopback != null) {
          int length = loopback.receive(receivedView);
          if (length == 0) {
            return;
          }
          handler.fromWireGuard(loopback, received, length, now);
        } else {
          Endpoint source = ((OutsideSocket) key.attachment()).receive(receivedView);
          if (source == null) {
            return;
          }
          handler.fromOutside(source, received, receivedView.position(), now);
        }
      }
    } catch (RuntimeException e) {
      broken.accept(e);
    }
  }

  private void deliver(long now) {
    try {
      outside.deliver(handler, now);
    } catch (RuntimeException e) {
      broken.accept(e);
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      broken.accept(e);
    }
  }

  private void closeSockets() {
    outside.close();
    for (SelectionKey key : selector.keys()) {
      try {
        key.channel().close();
      } catch (IOException e) {
        // Closing a datagram channel has nothing to lose.
      }
    }
    try {
      selector.close();
    } catch (IOException e) {
      // The process is ending this loop anyway.
    }
  }
}
