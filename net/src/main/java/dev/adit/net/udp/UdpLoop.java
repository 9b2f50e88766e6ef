package dev.adit.net.udp;

import dev.adit.net.Clock;
import dev.adit.net.linux.Poller;
import dev.adit.net.linux.PortSharer;
import dev.adit.net.linux.UdpSocket;
import dev.adit.net.linux.UdpTransfer;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The agent's packet loop: a port towards the network, its own or WireGuard's, and one loopback
/// endpoint per peer, all on one thread. Everything that is confined to this thread is touched by
/// nobody else; others [#post] tasks.
///
/// A steady flow allocates nothing here, and goes in trains (see [UdpTransfer]): what a round sends
/// leaves with its end at the latest. Tasks are not bounded by this class: posters bound what they
/// have under way, as a DERP link does with its received packets.
public final class UdpLoop implements AutoCloseable {
  /// Trains of packets taken from one socket before the next one has its turn.
  private static final int BATCH = 16;

  private static final long MOST_MILLIS = 86_400_000;

  private final Clock clock;
  private final PacketHandler handler;
  private final Consumer<Throwable> broken;
  private final Poller poller;
  private final UdpTransfer transfer;
  private volatile Outside outside; // changed by the loop's thread only
  private volatile long unsentBefore;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean closing;

  // confined to the loop's thread
  private @Nullable Object[] watched = new @Nullable Object[64]; // by descriptor: see readAll
  private long wakeAt; // 0: the first round asks the handler at once

  private UdpLoop(
      Clock clock,
      PacketHandler handler,
      Consumer<Throwable> broken,
      Poller poller,
      UdpTransfer transfer,
      Outside outside) {
    this.clock = clock;
    this.handler = handler;
    this.broken = broken;
    this.poller = poller;
    this.transfer = transfer;
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
    var transfer = new UdpTransfer();
    OutsideSocket outside = OutsideSocket.bind(port, transfer);
    var loop = new UdpLoop(clock, handler, broken, new Poller(), transfer, outside);
    loop.watch(outside);
    return loop;
  }

  /// A loop whose way to the network is WireGuard's own port; it closes that.
  public static UdpLoop over(
      PortSharer shared, Clock clock, PacketHandler handler, Consumer<Throwable> broken)
      throws IOException {
    var outside = new SharedOutside(shared);
    var loop = new UdpLoop(clock, handler, broken, new Poller(), new UdpTransfer(), outside);
    for (int descriptor : outside.descriptors()) {
      loop.watch(descriptor, outside);
    }
    return loop;
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
    OutsideSocket own = OutsideSocket.bind(port, transfer);
    watch(own);
    unsentBefore = outside.unsent();
    if (outside instanceof SharedOutside shared) {
      for (int descriptor : shared.descriptors()) {
        watched[descriptor] = null;
      }
    }
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
    LoopbackEndpoint endpoint = LoopbackEndpoint.bind(loopbackPort, transfer, owner);
    watch(endpoint.socket, endpoint);
    return endpoint;
  }

  private void watch(OutsideSocket own) throws IOException {
    for (UdpSocket socket : own.sockets()) {
      watch(socket, socket);
    }
  }

  private void watch(UdpSocket socket, Object entry) throws IOException {
    watch(socket.descriptor(), entry);
  }

  private void watch(int descriptor, Object entry) throws IOException {
    poller.add(descriptor);
    if (descriptor >= watched.length) {
      watched = Arrays.copyOf(watched, 2 * descriptor);
    }
    watched[descriptor] = entry;
  }

  /// On the loop's thread.
  public void closeLoopback(LoopbackEndpoint endpoint) {
    transfer.flush(); // it may wait for this socket
    watched[endpoint.socket.descriptor()] = null;
    endpoint.socket.close();
  }

  /// Sends to the network. On the loop's thread.
  ///
  /// @return false if no more may be sent there for now: it must go another way
  public boolean send(Endpoint to, byte[] packet, int offset, int length) {
    return outside.send(to, packet, offset, length);
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
    endpoint.inject(packet, offset, length);
  }

  /// Runs `task` on the loop's thread soon. Any thread.
  public void post(Runnable task) {
    tasks.add(task);
    wake();
  }

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      poller.wake();
    }
  }

  public boolean isLoopThread() {
    return Thread.currentThread() == thread;
  }

  /// Ends the thread and closes all sockets. Not on the loop's thread.
  @Override
  public void close() {
    closing = true;
    if (thread.getState() == Thread.State.NEW) {
      closeSockets();
      return;
    }
    poller.wake();
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
      poller.await(0);
    } else if (wakeAt == Long.MAX_VALUE) {
      poller.await(-1);
    } else {
      // Rounded up: waking a fraction too early would spin until the time comes.
      poller.await((int) Math.min((wakeAt - now + 999_999) / 1_000_000, MOST_MILLIS));
    }
    woken.set(false);
    now = clock.nanos();
    for (int ready = poller.next(); ready >= 0; ready = poller.next()) {
      readAll(ready, now);
    }
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
    transfer.flush();
  }

  private void readAll(int descriptor, long now) {
    Object entry = watched[descriptor]; // null if it was closed in this round
    try {
      if (entry instanceof LoopbackEndpoint loopback) {
        readLoopback(loopback, now);
      } else if (entry instanceof UdpSocket socket) {
        readOutside(socket, now);
      } else if (entry instanceof SharedOutside shared) {
        shared.receive(descriptor, handler, now);
      }
    } catch (RuntimeException e) {
      broken.accept(e);
    }
    transfer.flush();
  }

  private void readLoopback(LoopbackEndpoint loopback, long now) {
    for (int i = 0; i < BATCH; i++) {
      int bytes = loopback.receive();
      if (bytes < 0) {
        return;
      }
      int size = transfer.segmentSize();
      for (int at = 0; at < bytes; at += size) {
        int length = Math.min(size, bytes - at);
        handler.fromWireGuard(loopback, transfer.received(), at, length, now);
      }
    }
  }

  private void readOutside(UdpSocket socket, long now) {
    for (int i = 0; i < BATCH; i++) {
      int bytes = transfer.receive(socket);
      if (bytes < 0) {
        return;
      }
      int size = transfer.segmentSize();
      Endpoint source = transfer.source();
      for (int at = 0; at < bytes; at += size) {
        int length = Math.min(size, bytes - at);
        handler.fromOutside(source, transfer.received(), at, length, now);
      }
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
    transfer.flush();
    outside.close();
    for (Object entry : watched) {
      if (entry instanceof LoopbackEndpoint loopback) {
        loopback.socket.close();
      }
    }
    transfer.close();
    poller.close();
  }
}
