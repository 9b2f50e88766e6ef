package dev.adit.net.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/// Tells when links, addresses or routes of this network namespace change. One thread; needs no
/// privilege.
///
/// Changes come in bursts (a cable is plugged in: link, addresses, routes), so the listener hears
/// once, 200 ms after the first of a burst. It hears that something changed, never what: it reads
/// the new state itself, and so lost notifications do no harm.
public final class NetworkWatch implements AutoCloseable {
  private static final long DEBOUNCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  // Links, IPv4 addresses and routes, IPv6 addresses and routes.
  private static final int GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

  private final Arena arena = Arena.ofShared();
  private final NetlinkSocket socket;
  private final StopSignal stop;
  private final MemorySegment pollBoth; // struct pollfd[2]: notifications, stop
  private final MemorySegment pollStop; // its second element
  private final MemorySegment debounce; // struct timespec
  private final Thread thread;

  private NetworkWatch(Runnable changed) throws IOException {
    socket = new NetlinkSocket(NetlinkSocket.ROUTE, GROUPS);
    stop = new StopSignal();
    pollBoth = arena.allocate(16, 8);
    pollBoth.set(JAVA_INT, 0, socket.descriptor());
    pollBoth.set(JAVA_SHORT, 4, Sockets.POLLIN);
    pollBoth.set(JAVA_INT, 8, stop.descriptor());
    pollBoth.set(JAVA_SHORT, 12, Sockets.POLLIN);
    pollStop = pollBoth.asSlice(8, 8);
    debounce = arena.allocate(16, 8);
    thread = Thread.ofPlatform().daemon().name("network-watch").unstarted(() -> run(changed));
  }

  /// @param changed called on the watch's thread; should hand over to its owner and return
  public static NetworkWatch start(Runnable changed) throws IOException {
    var watch = new NetworkWatch(changed);
    watch.thread.start();
    return watch;
  }

  private void run(Runnable changed) {
    while (true) {
      Native.call(SystemCall.PPOLL, pollBoth.address(), 2, 0, 0, 8);
      if (pollBoth.get(JAVA_SHORT, 14) != 0) {
        return;
      }
      if (pollBoth.get(JAVA_SHORT, 6) == 0) {
        continue; // a signal
      }
      debounce.set(JAVA_LONG, 0, 0); // each call leaves here what was left of the time
      debounce.set(JAVA_LONG, 8, DEBOUNCE_NANOS);
      Native.call(SystemCall.PPOLL, pollStop.address(), 1, debounce.address(), 0, 8);
      if (pollBoth.get(JAVA_SHORT, 14) != 0) {
        return;
      }
      socket.drain();
      changed.run();
    }
  }

  /// Ends the thread; [Thread#join]s it unless called by it.
  @Override
  public void close() {
    stop.signal();
    if (Thread.currentThread() == thread) {
      return; // the listener closes us; the descriptors end with the process
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    socket.close();
    stop.close();
    arena.close();
  }
}
