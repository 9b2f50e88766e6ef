package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.wire.wireguard.WireGuardMessage;

/// Has our WireGuard greet a peer that does not share its session with us. Notices that a peer
/// sends data for a session that our WireGuard does not have: it was started anew, and the peer
/// does not know; or the peer did not get the message that confirms a new session (wireguard §1.2),
/// and goes on with the old one. WireGuard answers such data with silence, and the peer's one
/// begins a new handshake only 15 s after it was last answered; ours can speak at once.
///
/// Whose session data is for is told by its receiver index, which our WireGuard has chosen and said
/// in its handshake messages. Data that passes beside the agent (native mode) is not seen: there, a
/// WireGuard that was started anew greets until it is known to have received data.
///
/// Confined to one thread; allocates nothing per message.
final class SessionWatch {
  /// A WireGuard that is not answered chooses an index every 5 s for 90 s; sessions live for 180 s.
  private static final int KEPT = 64;

  private static final long SOON = 1_000_000_000L;
  private static final long LATER = 5_000_000_000L;
  private static final int SOON_GREETINGS = 3;
  private static final int DOUBLINGS = 3;

  /// Of UDP payload: the answer to a handshake, and the least of data.
  private static final int ANSWER_AND_DATA = 92 + WireGuardMessage.MIN_DATA_BYTES;

  private final Runnable greet;
  private final int[] indexes = new int[KEPT];
  private long chosen;
  private int greetings;
  private long nextAt = Long.MIN_VALUE;
  private int againLeft;
  private long againAt = NEVER;

  SessionWatch(Runnable greet) {
    this.greet = greet;
  }

  /// Our WireGuard has forgotten every session.
  ///
  /// @param mustGreet nobody else would tell the peer: it is active, and data may not be seen
  void restarted(boolean mustGreet, long now) {
    chosen = 0;
    greetings = 0;
    nextAt = Long.MIN_VALUE;
    againLeft = mustGreet ? SOON_GREETINGS + 1 : 0;
    againAt = mustGreet ? now : NEVER;
    timeReached(now);
  }

  /// A greeting repeated is a keep-alive of the new session, which confirms it.
  void timeReached(long now) {
    if (now >= againAt) {
      againAt = --againLeft > 0 ? now + SOON : NEVER;
      greet.run();
    }
  }

  /// Our WireGuard says what it has received since it was started.
  void read(WireGuardReading reading) {
    if (reading.receivedBytes() >= ANSWER_AND_DATA) {
      againAt = NEVER;
    }
  }

  long wakeAt() {
    return againAt;
  }

  /// Our WireGuard sent a message.
  void sent(WireGuardMessage kind, byte[] bytes, int offset) {
    if (kind == WireGuardMessage.INITIATION || kind == WireGuardMessage.RESPONSE) {
      indexes[(int) (chosen++ & KEPT - 1)] = WireGuardMessage.firstIndex(bytes, offset);
    }
  }

  /// A message came from the peer. Data without a session is answered by greetings: three times a
  /// second apart, then after 5, 10, 20 and each 40 s.
  void received(WireGuardMessage kind, byte[] bytes, int offset, long now) {
    if (kind != WireGuardMessage.DATA) {
      return;
    }
    if (isOurs(WireGuardMessage.firstIndex(bytes, offset))) {
      greetings = 0;
      nextAt = Math.min(nextAt, now + SOON);
      againAt = NEVER;
    } else if (now >= nextAt) {
      nextAt = now + untilNext(greetings++);
      greet.run();
    }
  }

  /// An agent that was started anew does not know which indexes a WireGuard that ran on had chosen,
  /// and greets in vain until the next handshake, 2 minutes at most: so ever more seldom.
  private static long untilNext(int greetings) {
    return greetings < SOON_GREETINGS
        ? SOON
        : LATER << Math.min(greetings - SOON_GREETINGS, DOUBLINGS);
  }

  /// The newest first: that is what nearly all data is for.
  private boolean isOurs(int index) {
    for (int i = 1; i <= Math.min(chosen, KEPT); i++) {
      if (indexes[(int) (chosen - i & KEPT - 1)] == index) {
        return true;
      }
    }
    return false;
  }
}
