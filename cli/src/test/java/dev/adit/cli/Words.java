package dev.adit.cli;

import dev.adit.agent.Agent;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What an agent said of its start.
public final class Words implements Agent.Progress {
  private static final long PATIENCE_SECONDS = 60;

  private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
  private @Nullable String address;

  @Override
  public void ready(String name, String at) {
    address = at;
    said.add("ready");
  }

  @Override
  public void waiting(String what) {
    said.add("waiting " + what);
  }

  @Override
  public void note(String text) {}

  @Override
  public void awaiting(String what) {}

  @Override
  public void failed(String text, boolean usage) {
    said.add("failed " + text);
  }

  /// Where the node is, once it is ready.
  public @Nullable String address() {
    return address;
  }

  /// The next of it, within a minute.
  public String next() throws InterruptedException {
    return String.valueOf(said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }
}
