package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// The buckets that connections share, kept as long as one of them is there. Thread-safe: joining
/// and leaving take its lock, which charging does not.
final class ReceiveBuckets {
  private final LongConsumer overloaded;
  private volatile Shared shared = new Shared(ReceiveLimits.NONE);

  /// @param overloaded told the time when the total limit is exceeded; must not block
  ReceiveBuckets(LongConsumer overloaded) {
    this.overloaded = overloaded;
  }

  /// The buckets of one configuration: a new one begins with full buckets.
  private static final class Shared {
    final ReceiveLimits limits;
    final @Nullable DebtBucket total;
    final Map<Object, Counted> byKeyOrAddress = new HashMap<>();

    Shared(ReceiveLimits limits) {
      this.limits = limits;
      this.total = bucket(limits.total());
    }
  }

  private static final class Counted {
    final DebtBucket bucket;
    int users;

    Counted(ReceiveLimits.Rate rate) {
      bucket = new DebtBucket(rate.bytesPerSecond(), rate.burstBytes());
    }
  }

  private static @Nullable DebtBucket bucket(ReceiveLimits.Rate rate) {
    return rate.isNone() ? null : new DebtBucket(rate.bytesPerSecond(), rate.burstBytes());
  }

  ReceiveLimits limits() {
    return shared.limits;
  }

  /// From now on other limits hold, for live connections too.
  synchronized void change(ReceiveLimits limits) {
    shared = new Shared(limits);
  }

  /// One connection's part in them. Confined to the connection's thread.
  final class Share {
    private final PublicKey key;
    private final @Nullable IpAddress address;
    private @Nullable Shared joined;
    private @Nullable DebtBucket own;
    private @Nullable Counted ofKey;
    private @Nullable Counted ofAddress;

    Share(PublicKey key, @Nullable IpAddress address) {
      this.key = key;
      this.address = address;
    }

    /// Charges `bytes` to each bucket; answers from when on more may be read, `now` at the
    /// earliest.
    long charge(long bytes, long now) {
      var current = shared;
      if (current != joined) {
        leave();
        join(current);
      }
      long until = now;
      until = Math.max(until, charge(own, bytes, now));
      until = Math.max(until, charge(ofKey == null ? null : ofKey.bucket, bytes, now));
      until = Math.max(until, charge(ofAddress == null ? null : ofAddress.bucket, bytes, now));
      long total = charge(current.total, bytes, now);
      if (total > now) {
        overloaded.accept(now);
      }
      return Math.max(until, total);
    }

    private static long charge(@Nullable DebtBucket bucket, long bytes, long now) {
      return bucket == null ? now : bucket.charge(bytes, now);
    }

    private void join(Shared current) {
      joined = current;
      own = bucket(current.limits.perConnection());
      ofKey = use(current, key, current.limits.perKey());
      ofAddress = address == null ? null : use(current, address, current.limits.perAddress());
    }

    private @Nullable Counted use(Shared current, Object of, ReceiveLimits.Rate rate) {
      if (rate.isNone()) {
        return null;
      }
      synchronized (ReceiveBuckets.this) {
        var counted = current.byKeyOrAddress.computeIfAbsent(of, _ -> new Counted(rate));
        counted.users++;
        return counted;
      }
    }

    /// The connection has ended. Harmless if repeated.
    void leave() {
      var left = joined;
      if (left != null) {
        release(left, key, ofKey);
        release(left, address, ofAddress);
        joined = null;
      }
    }

    private void release(Shared left, @Nullable Object of, @Nullable Counted counted) {
      if (counted != null && of != null) {
        synchronized (ReceiveBuckets.this) {
          if (--counted.users == 0) {
            left.byKeyOrAddress.remove(of, counted);
          }
        }
      }
    }
  }

  /// How many keys and addresses have a bucket now.
  synchronized int size() {
    return shared.byKeyOrAddress.size();
  }
}
