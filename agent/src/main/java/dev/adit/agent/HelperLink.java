package dev.adit.agent;

import dev.adit.core.helper.HelperAnswer;
import dev.adit.core.helper.HelperRequest;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.linux.PortSharer;
import dev.adit.net.local.LocalFrames;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// An agent's connection to its [Helper], for one interface. When it is lost it is made anew, once
/// a second, while WireGuard goes on by itself. Thread-safe: one question at a time is answered.
final class HelperLink implements AutoCloseable {
  /// The helper cannot be reached just now.
  static final class Away extends IOException {
    private static final long serialVersionUID = 1L;

    Away() {
      super("the helper does not answer; is it running?");
    }
  }

  /// A tunnel of hundreds of peers takes the kernel less.
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private static final long AGAIN_NANOS = 1_000_000_000L;

  /// An agent that was killed may not have been seen to leave.
  private static final int BUSY_TRIES = 20;

  private static final long BUSY_NANOS = 100_000_000L;

  /// Datagrams that wait for the helper; the rest is dropped, so that the packet loop never waits.
  private static final int MAX_WAITING = 256;

  private final Path socket;
  private final HelperRequest.Claim claim;
  private final BlockingQueue<HelperAnswer> answers = new ArrayBlockingQueue<>(16);
  private final BlockingQueue<byte[]> outgoing = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Object asking = new Object();
  private volatile PortSharer.Listener listener = (source, payload) -> {};
  private volatile Runnable back = () -> {};
  private volatile @Nullable LocalFrames frames;
  private final AtomicInteger generation = new AtomicInteger();
  private volatile boolean closed;

  private HelperLink(Path socket, HelperRequest.Claim claim) {
    this.socket = socket;
    this.claim = claim;
  }

  /// Connects and claims the interface.
  ///
  /// @throws IOException with a sentence, if no helper listens there or it refuses
  static HelperLink connect(Path socket, String interfaceName, PrivateKey key) throws IOException {
    var link =
        new HelperLink(socket, new HelperRequest.Claim(HelperRequest.VERSION, interfaceName, key));
    String refusal = link.reconnect();
    for (int i = 0; i < BUSY_TRIES && refusal != null && refusal.startsWith("another"); i++) {
      LockSupport.parkNanos(BUSY_NANOS);
      refusal = link.reconnect();
    }
    if (refusal != null) {
      throw new IOException(refusal);
    }
    Thread.ofPlatform().daemon().name("helper-read").start(link::read);
    Thread.ofPlatform().daemon().name("helper-write").start(link::write);
    return link;
  }

  /// @return why the helper refuses; null if it does not
  private @Nullable String reconnect() throws IOException {
    LocalFrames opened;
    try {
      opened = LocalFrames.connect(socket, HelperRequest.MAX_FRAME);
    } catch (IOException e) {
      throw new IOException(
          "no helper listens on "
              + socket
              + "; as root: adit helper --allow-user "
              + System.getProperty("user.name"),
          e);
    }
    try {
      claim(opened);
      byte[] first = opened.read();
      if (first == null) {
        throw new Away();
      }
      HelperAnswer answer = HelperAnswer.decode(first);
      if (answer instanceof HelperAnswer.Failed(var text)) {
        opened.close();
        return text;
      }
      generation.incrementAndGet();
      frames = opened;
      return null;
    } catch (MalformedException e) {
      opened.close();
      throw new IOException("the helper is not understood: " + e.getMessage(), e);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  /// A helper that does not serve this user says so and ends the connection without having read.
  private void claim(LocalFrames opened) {
    try {
      opened.write(claim.encode());
    } catch (IOException e) {
      // What it has said is there to be read.
    }
  }

  /// Hears what comes to the shared port, on the link's thread.
  void listen(PortSharer.Listener hears) {
    listener = hears;
  }

  /// Runs, on the link's thread, each time the connection was made anew.
  void onReturn(Runnable action) {
    back = action;
  }

  /// Counts connections: what was asked for by one is to be asked for again by the next.
  int generation() {
    return generation.get();
  }

  boolean isUp() {
    return frames != null;
  }

  /// Asks, and waits for the answer.
  ///
  /// @throws Away if the connection is or gets lost
  /// @throws IOException with the helper's words, if it did not do it
  HelperAnswer ask(HelperRequest request) throws IOException {
    synchronized (asking) {
      LocalFrames now = frames;
      if (now == null) {
        throw new Away();
      }
      answers.clear();
      now.write(request.encode());
      return answer(now);
    }
  }

  /// A further answer to the same question.
  HelperAnswer more() throws IOException {
    LocalFrames now = frames;
    if (now == null) {
      throw new Away();
    }
    return answer(now);
  }

  private HelperAnswer answer(LocalFrames asked) throws IOException {
    try {
      for (long waited = 0; waited < ANSWER.toMillis(); waited += 100) {
        HelperAnswer answer = answers.poll(100, TimeUnit.MILLISECONDS);
        if (answer instanceof HelperAnswer.Failed(var text)) {
          throw new IOException(text);
        }
        if (answer != null) {
          return answer;
        }
        if (frames != asked) {
          break;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    asked.close(); // a later answer would be taken for that to another question
    throw new Away();
  }

  /// Has it sent soon, if there is room.
  ///
  /// @return false if it is dropped
  boolean tell(byte[] frame) {
    return frames != null && outgoing.offer(frame);
  }

  private void write() {
    while (!closed) {
      try {
        byte[] next = outgoing.poll(1, TimeUnit.SECONDS);
        LocalFrames now = frames;
        if (next != null && now != null) {
          now.write(next);
        }
      } catch (IOException e) {
        // The reader sees it, too, and connects again.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void read() {
    while (!closed) {
      LocalFrames now = frames;
      if (now != null) {
        readAll(now);
        frames = null;
        now.close();
        if (!closed) {
          AgentLog.warn(
              HelperLink.class, "helper_lost", "the helper does not answer; trying again");
        }
      }
      while (!closed && frames == null) {
        LockSupport.parkNanos(AGAIN_NANOS);
        try {
          if (!closed && reconnect() == null) {
            AgentLog.info(HelperLink.class, "helper_back", "the helper is there again");
            back.run();
          }
        } catch (IOException e) {
          // Not there yet.
        }
      }
    }
  }

  private void readAll(LocalFrames from) {
    try {
      for (byte[] frame = from.read(); frame != null; frame = from.read()) {
        HelperAnswer answer = HelperAnswer.decode(frame);
        if (answer instanceof HelperAnswer.Received(var source, var payload)) {
          listener.received(source, payload);
        } else {
          var _ = answers.offer(answer); // more than were asked for: the helper is broken
        }
      }
    } catch (IOException e) {
      // It has ended.
    } catch (MalformedException e) {
      AgentLog.mistake(HelperLink.class, new IllegalStateException(e));
    }
  }

  @Override
  public void close() {
    closed = true;
    LocalFrames now = frames;
    if (now != null) {
      now.close();
    }
  }
}
