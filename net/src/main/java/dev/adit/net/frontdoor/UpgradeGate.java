package dev.adit.net.frontdoor;

import dev.adit.wire.IpAddress;

/// Lets only so many upgrades go on at once (control R-AG-7). Thread-safe.
///
/// Between an upgrade and the proof of who the peer is a server works for strangers. After a
/// restart all agents come at once; those who wait here cost little, those who are sent away come
/// later.
public interface UpgradeGate {
  enum Answer {
    ENTER,
    WAIT,
    REFUSED
  }

  /// Who wants in.
  interface Visitor {
    IpAddress address();

    /// May enter now, after it waited. Called once, on any thread.
    void enter();
  }

  Answer arrive(Visitor visitor);

  /// Stops waiting.
  ///
  /// @return false if it may enter already
  boolean withdraw(Visitor visitor);

  /// Whoever was let in has proven who it is, or is gone.
  void leave(Visitor visitor);

  /// Time has passed: lets in who may enter by now.
  void tick();

  /// For whom it refused, or for whom the time to wait is over: when to come again, 1 to 300 s.
  int retryAfterSeconds();

  /// How long anybody waits.
  default long patienceMillis() {
    return 5_000;
  }

  /// Lets everybody in.
  UpgradeGate OPEN =
      new UpgradeGate() {
        @Override
        public Answer arrive(Visitor visitor) {
          return Answer.ENTER;
        }

        @Override
        public boolean withdraw(Visitor visitor) {
          return false;
        }

        @Override
        public void leave(Visitor visitor) {}

        @Override
        public void tick() {}

        @Override
        public int retryAfterSeconds() {
          return 1;
        }
      };
}
