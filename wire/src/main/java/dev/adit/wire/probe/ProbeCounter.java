package dev.adit.wire.probe;

/// Counts the probe messages of one probe key pair of ours, under whatever key they are sealed:
/// from 1, never the same twice.
///
/// One for the whole life of a probe key, not one per channel: a channel may be forgotten and made
/// again with the same keys, and a counter that began anew would repeat its nonces.
public final class ProbeCounter {
  private long last;

  long next() {
    return ++last;
  }
}
