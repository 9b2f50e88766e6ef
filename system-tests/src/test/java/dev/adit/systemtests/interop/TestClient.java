package dev.adit.systemtests.interop;

import dev.adit.net.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A client, Tailscale's or ours, and what it has heard. Thread-safe.
abstract class TestClient {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final String name;
  private volatile Event.@Nullable ServerInfo registration;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Event> events = new ArrayList<>();

  TestClient(String name) {
    this.name = name;
  }

  final String name() {
    return name;
  }

  // --- what it does

  /// `nodekey:` and 64 hex digits.
  abstract String key();

  /// Its end of the connection.
  abstract String local();

  abstract void send(String to, byte[] data);

  abstract void forward(String from, String to, byte[] data);

  abstract void closePeer(String peer);

  /// Also a fence: what the server sent before its answer has been heard.
  abstract void ping();

  abstract void prefer(boolean isHome);

  /// Once is enough, and it may have been.
  abstract void close();

  final void send(TestClient to, byte[] data) {
    send(to.key(), data);
  }

  // --- what it hears

  final void heard(Event event) {
    lock.lock();
    try {
      events.add(event);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the server has registered it, of which it says `ServerInfo`: connecting has
  /// succeeded before.
  final void awaitRegistration() {
    Event first = await("anything", _ -> true);
    if (!(first instanceof Event.ServerInfo info)) {
      throw new AssertionError(name + " first heard " + first);
    }
    registration = info;
  }

  /// The server's first words.
  final Event.ServerInfo registration() {
    return Objects.requireNonNull(registration);
  }

  /// Forgets everything until now, also what is on its way from the server.
  final void settle() {
    ping();
    lock.lock();
    try {
      events.clear();
    } finally {
      lock.unlock();
    }
  }

  /// Everything of a kind, until now.
  final <T extends Event> List<T> heard(Class<T> kind) {
    lock.lock();
    try {
      return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    } finally {
      lock.unlock();
    }
  }

  /// Waits for an event that is so, and forgets it and all before it.
  final Event await(String what, Predicate<Event> isSo) {
    long end = Clock.SYSTEM.nanos() + PATIENCE.toNanos();
    lock.lock();
    try {
      for (int next = 0; ; ) {
        for (; next < events.size(); next++) {
          Event event = events.get(next);
          if (isSo.test(event)) {
            events.subList(0, next + 1).clear();
            return event;
          }
        }
        long left = end - Clock.SYSTEM.nanos();
        if (left <= 0) {
          throw new AssertionError(name + " waits for " + what + ", heard: " + events + tail());
        }
        var _ = changed.await(left, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  /// The end of what it logged.
  abstract String tail();

  final <T extends Event> T await(Class<T> kind) {
    return kind.cast(await(kind.getSimpleName(), kind::isInstance));
  }

  /// The next packet.
  final Event.Packet packet() {
    return await(Event.Packet.class);
  }

  final Event.Present present(TestClient peer) {
    return about(Event.Present.class, peer);
  }

  final Event.Gone gone(TestClient peer) {
    return about(Event.Gone.class, peer);
  }

  private <T extends Event> T about(Class<T> kind, TestClient peer) {
    String what = kind.getSimpleName() + " of " + peer.name;
    return kind.cast(
        await(what, event -> kind.isInstance(event) && event.peer().equals(peer.key())));
  }

  /// A key that no one has.
  static String unknownKey(int number) {
    byte[] key = new byte[32];
    key[0] = 9;
    key[1] = (byte) number;
    key[31] = 0x55;
    return "nodekey:" + HexFormat.of().formatHex(key);
  }
}
