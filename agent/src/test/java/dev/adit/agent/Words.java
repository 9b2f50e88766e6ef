package dev.adit.agent;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Keeps what an agent says of its start.
final class Words implements Agent.Progress {
  final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();

  /// How it said that it failed, within a minute; null if it did not.
  @Nullable String failure() throws InterruptedException {
    String word;
    do {
      word = said.poll(60, TimeUnit.SECONDS);
    } while (word != null && !word.startsWith("failed "));
    return word;
  }

  @Override
  public void ready(String name, String address) {
    said.add("ready");
  }

  @Override
  public void waiting(String what) {
    said.add("waiting " + what);
  }

  @Override
  public void note(String text) {
    said.add("note " + text);
  }

  @Override
  public void awaiting(String what) {
    said.add("awaiting " + what);
  }

  @Override
  public void failed(String text, boolean usage) {
    said.add("failed " + text);
  }
}
