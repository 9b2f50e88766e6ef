package dev.adit.core.control;

/// The time limits of the stream (control R-STR-5), in nanoseconds.
final class SessionTimes {
  static final long NEVER = Long.MAX_VALUE;
  static final long SECOND = 1_000_000_000L;

  /// For message 1 at the coordinator, message 2 at the agent.
  static final long HANDSHAKE = 10 * SECOND;

  /// From message 2 to the agent's first transport message.
  static final long FIRST_TRANSPORT = 10 * SECOND;

  /// From `hello` to `welcome`.
  static final long WELCOME = 30 * SECOND;

  /// The agent pings after this long without sending, at the earliest and at the latest.
  static final long PING_MIN = 20 * SECOND;

  static final long PING_MAX = 30 * SECOND;

  /// The agent gives up this long after a ping.
  static final long PONG = 15 * SECOND;

  /// The coordinator gives up after this long without a message.
  static final long SILENCE = 75 * SECOND;

  /// A machine without node joins within this time.
  static final long JOIN = 60 * SECOND;

  private SessionTimes() {}
}
