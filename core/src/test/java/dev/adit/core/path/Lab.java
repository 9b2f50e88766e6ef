package dev.adit.core.path;

import dev.adit.crypto.PrivateKey;
import dev.adit.testkit.EventQueue;
import dev.adit.testkit.ManualClock;
import dev.adit.testkit.SimNat;
import dev.adit.testkit.SimNetwork;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.ProbeCipher;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A simulated world for path tests: one clock, one UDP network, one relay, any number of nodes.
final class Lab {
  static final long MS = 1_000_000;

  final ManualClock clock = new ManualClock();
  final EventQueue events = new EventQueue(clock);
  final Random random;
  final SimNetwork network;
  final SimRelay relay;
  final ProbeCipher cipher;
  final List<LabNode> nodes = new ArrayList<>();

  Lab(long seed, ProbeCipher cipher, long directDelay, long relayDelay) {
    this.random = new Random(seed);
    this.network = new SimNetwork(events, random, directDelay);
    this.relay = new SimRelay(events, relayDelay);
    this.cipher = cipher;
  }

  LabNode node(PrivateKey key, String endpoint) {
    return new LabNode(this, key, network.host(Endpoint.literal(endpoint)), PathRules.SPECIFIED);
  }

  LabNode node(PrivateKey key, String endpoint, SimNat nat) {
    return new LabNode(
        this, key, network.host(Endpoint.literal(endpoint), nat), PathRules.SPECIFIED);
  }

  long now() {
    return clock.now();
  }

  void run(long nanos) {
    events.runUntil(now() + nanos);
  }

  /// Runs in steps of a millisecond until the condition holds.
  ///
  /// @return how long it took, or -1 if it did not within `limit`
  long runUntil(java.util.function.BooleanSupplier condition, long limit) {
    long start = now();
    while (!condition.getAsBoolean()) {
      if (now() - start >= limit) {
        return -1;
      }
      run(MS);
    }
    return now() - start;
  }
}
