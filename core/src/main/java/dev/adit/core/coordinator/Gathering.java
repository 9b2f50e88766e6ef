package dev.adit.core.coordinator;

/// When something that changes may be sent: at once after quiet, else gathered (control R-REV-6,
/// R-PRES-2). A token bucket: each sending takes one token, one comes back per interval.
///
/// Not thread-safe.
public final class Gathering {
  public static final long NEVER = Long.MAX_VALUE;

  private final long interval;
  private final long burst;
  private long filledAt; // the bucket is full from here on
  private long notBefore;
  private boolean pending;

  /// @param burst how many may be sent before gathering begins
  /// @param interval between sendings while changes keep coming, nanoseconds
  public Gathering(int burst, long interval) {
    this.burst = burst;
    this.interval = interval;
  }

  public void changed() {
    pending = true;
  }

  /// The earliest moment to send what is pending; [#NEVER] if nothing is.
  public long dueAt() {
    return pending ? Math.max(notBefore, filledAt - (burst - 1) * interval) : NEVER;
  }

  public void sent(long now) {
    pending = false;
    filledAt = Math.max(filledAt, now) + interval;
  }

  /// Nothing more before `then`.
  public void restUntil(long then) {
    notBefore = then;
  }
}
