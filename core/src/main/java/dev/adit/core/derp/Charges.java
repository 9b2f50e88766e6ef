package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/// What one client pays for what it sends (derp §8.4): bytes by the relay's [ReceiveLimits], and
/// frames that are no packets by a guard of their own. Who owes is not read until it has paid.
/// Confined to the client's thread.
final class Charges {
  private static final long NEVER = Long.MAX_VALUE;

  /// A frame that is no packet costs its reader as much as one, and no bytes (derp §17.14).
  private static final int SMALL_FRAMES_PER_SECOND = 500;

  private static final int SMALL_FRAMES_BURST = 2000;

  private final ReceiveBuckets buckets;
  private final DerpCounts counts;
  private final PublicKey client;
  private final @Nullable IpAddress address;
  private ReceiveBuckets.@Nullable Share share;
  private @Nullable DebtBucket smallFrameBucket;

  // Read and not charged yet.
  private long bytes;
  private int smallFrames;

  private long pausedUntil = NEVER; // NEVER if not paused

  Charges(DerpRouter router, PublicKey client, @Nullable IpAddress address) {
    this.buckets = router.receiveBuckets();
    this.counts = router.counts();
    this.client = client;
    this.address = address;
  }

  /// The header of a frame was read.
  void frame(long length, boolean isPacket) {
    bytes += length;
    if (!isPacket) {
      smallFrames++;
    }
  }

  /// To be called when everything that was read has been dealt with.
  void charge(long now) {
    long until = now;
    if (smallFrames > 0) {
      if (smallFrameBucket == null) {
        smallFrameBucket = new DebtBucket(SMALL_FRAMES_PER_SECOND, SMALL_FRAMES_BURST);
      }
      until = smallFrameBucket.charge(smallFrames, now);
    }
    if (share == null && buckets.limits() != ReceiveLimits.NONE) {
      share = buckets.new Share(client, address);
    }
    if (share != null) {
      until = Math.max(until, share.charge(bytes, now));
    }
    smallFrames = 0;
    bytes = 0;
    if (until > now) {
      if (pausedUntil == NEVER) {
        counts.add(DerpCounter.READING_PAUSED, 1);
      }
      pausedUntil = until;
    }
  }

  void timeReached(long now) {
    if (now >= pausedUntil) {
      pausedUntil = NEVER;
    }
  }

  /// When reading goes on; far in the future if it is not paused.
  long pausedUntil() {
    return pausedUntil;
  }

  boolean isPaused() {
    return pausedUntil != NEVER;
  }

  /// The client has left. Harmless if repeated.
  void leave() {
    if (share != null) {
      share.leave();
      share = null;
    }
  }
}
