package dev.adit.core.path;

import static dev.adit.core.path.PathTimers.NEVER;

import dev.adit.wire.wireguard.WireGuardMessage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The last handshake initiation of our WireGuard to one peer, sent again on the relay until a
/// response comes, so that none is lost to somebody's start-up (relay-rung RR-4a).
///
/// A receiver that had it drops the copy by its timestamp.
final class KeptInitiation {
  private byte @Nullable [] message;
  private long sentAt;
  private int repeats;

  /// WireGuard sent a new one; the older one is worthless now.
  void sent(byte[] packet, int offset, int length, long now) {
    message = Arrays.copyOfRange(packet, offset, offset + length);
    sentAt = now;
    repeats = 0;
  }

  /// A response or cookie reply came: it ends the repetition if it answers this initiation.
  void answered(WireGuardMessage kind, byte[] packet, int offset) {
    if (message == null || !kind.isHandshake() || kind == WireGuardMessage.INITIATION) {
      return;
    }
    int receiver =
        kind == WireGuardMessage.RESPONSE
            ? WireGuardMessage.responseReceiverIndex(packet, offset)
            : WireGuardMessage.firstIndex(packet, offset);
    if (receiver == WireGuardMessage.firstIndex(message, 0)) {
      message = null;
    }
  }

  /// The relay or the peer on it is there now: what to send at once, or null.
  byte @Nullable [] relayConnected(long now) {
    return now - sentAt < PathTimers.INITIATION_KEPT ? message : null;
  }

  /// What is due by now, or null. Call until null.
  byte @Nullable [] due(long now) {
    if (message == null || now < wakeAt()) {
      return null;
    }
    if (now - sentAt >= PathTimers.INITIATION_KEPT) {
      message = null;
      return null;
    }
    repeats++;
    return message;
  }

  long wakeAt() {
    if (message == null) {
      return NEVER;
    }
    return sentAt
        + (repeats < PathTimers.INITIATION_REPEATS.length
            ? PathTimers.INITIATION_REPEATS[repeats]
            : PathTimers.INITIATION_KEPT);
  }
}
