package dev.adit.agent;

import dev.adit.core.control.AgentSession;
import dev.adit.core.control.AgentSession.Output;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.websocket.WebSocketClient;
import dev.adit.wire.control.ControlMessage.FromAgent;
import dev.adit.wire.control.ControlMessage.FromCoordinator;
import dev.adit.wire.control.ControlMessage.Welcome;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// One stream to the coordinator. Thread-safe: the session is guarded by its lock, and what it
/// wants sent goes to one writer in the same order, so that nothing is written under the lock.
final class ControlStream {
  /// Called by the thread that serves the stream.
  interface Events {
    /// @throws IOException to end the stream
    void welcomed(ControlStream stream, Welcome welcome, long roundTrip) throws IOException;

    void received(ControlStream stream, FromCoordinator message);

    /// A message of a later version was passed over.
    void skipped();
  }

  private static final long SECOND = 1_000_000_000L;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long MOST_DRAIN_MILLIS = 600_000;

  /// Messages waiting to be written; a coordinator that takes none for so long is lost.
  private static final int MAX_WAITING = 256;

  private static final byte[] END = new byte[0];

  private final WebSocketClient socket;
  private final AgentSession session;
  private final Clock clock;
  private final Events events;
  private final LinkedBlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>();
  private @Nullable Output otherOutput;
  private volatile boolean refused;
  private long leaveAt = NEVER; // confined to the serving thread

  ControlStream(WebSocketClient socket, AgentSession session, Clock clock, Events events) {
    this.socket = socket;
    this.session = session;
    this.clock = clock;
    this.events = events;
  }

  void send(FromAgent message) {
    synchronized (session) {
      session.send(message, clock.nanos());
      moveSends();
    }
  }

  long nextRequest() {
    synchronized (session) {
      return session.nextRequest();
    }
  }

  /// The channel key this stream was made with.
  PublicKey channel() {
    return session.channel();
  }

  byte[] prove(PrivateKey nodeKey) throws CryptoException {
    synchronized (session) {
      return session.prove(nodeKey);
    }
  }

  /// Ends the stream; another try follows.
  void close() {
    socket.close();
  }

  /// Ends the stream, because what came on it is not to be trusted.
  void refuse() {
    refused = true;
    socket.close();
  }

  boolean isRefused() {
    return refused;
  }

  /// Ends the stream after a while; only from [Events#received].
  void leaveAfter(long millis) {
    leaveAt = clock.nanos() + Math.min(millis, MOST_DRAIN_MILLIS) * 1_000_000;
  }

  /// Returns when the coordinator has ended the stream, or was left.
  void serve() throws IOException {
    Thread writer = Thread.ofPlatform().daemon().name("control-write").start(this::write);
    try {
      while (clock.nanos() < leaveAt) {
        dispatch();
        byte[] message = socket.receive(untilWake());
        synchronized (session) {
          if (message != null) {
            session.received(message, clock.nanos());
          }
          session.timeReached(clock.nanos());
        }
      }
    } catch (EOFException e) {
      // as good an end as any
    } finally {
      waiting.add(END);
      writer.interrupt();
      socket.close();
    }
  }

  private void dispatch() throws IOException {
    for (Output next = nextOutput(); next != null; next = nextOutput()) {
      switch (next) {
        case Output.Send _ -> throw new IllegalStateException("sends were moved");
        case Output.Welcomed(var welcome, long roundTrip) ->
            events.welcomed(this, welcome, roundTrip);
        case Output.Received(var message) -> events.received(this, message);
        case Output.Skipped _ -> events.skipped();
        case Output.Ended(int code, String why) -> {
          waiting.add(END);
          socket.close(code);
          throw new IOException(why);
        }
      }
    }
  }

  private @Nullable Output nextOutput() {
    synchronized (session) {
      moveSends();
      Output next = otherOutput;
      otherOutput = null;
      return next;
    }
  }

  /// Moves what is to be sent to the writer; stops at the first other output.
  private void moveSends() {
    while (otherOutput == null) {
      Output next = session.poll();
      if (next instanceof Output.Send send) {
        if (waiting.size() >= MAX_WAITING) {
          socket.close(1000);
        }
        waiting.add(send.message());
      } else if (next == null) {
        return;
      } else {
        otherOutput = next;
      }
    }
  }

  private Duration untilWake() {
    synchronized (session) {
      long nanos = Math.min(session.wakeAt(), leaveAt) - clock.nanos();
      return Duration.ofNanos(Math.clamp(nanos, 1_000_000, 60 * SECOND));
    }
  }

  private void write() {
    try {
      for (byte[] next = waiting.take(); next != END; next = waiting.take()) {
        socket.send(next);
      }
    } catch (IOException | InterruptedException e) {
      socket.close(); // the reader notices and tells why
    }
  }
}
