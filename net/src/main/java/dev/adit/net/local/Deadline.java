package dev.adit.net.local;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/// Closes a channel if the work guarded by this object takes too long: Unix sockets of the JDK have
/// no read time-out. Confined to the thread that made it, except for the flag.
///
/// Each deadline is one virtual thread that sleeps: a few hundred bytes.
public final class Deadline implements AutoCloseable {
  private final Thread guard;
  private volatile boolean passed;

  public Deadline(Duration limit, Closeable channel) {
    guard =
        Thread.ofVirtual()
            .name("local-deadline")
            .start(() -> {
              try {
                Thread.sleep(limit);
                passed = true;
                channel.close();
              } catch (InterruptedException e) {
                // done in time
              } catch (IOException e) {
                // closed already
              }
            });
  }

  public boolean passed() {
    return passed;
  }

  @Override
  public void close() {
    guard.interrupt();
  }
}
