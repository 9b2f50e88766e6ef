package dev.adit.core.admission;

import dev.adit.wire.derp.ClientInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Remembers for a short time what was said about a client, so that one that comes back again and
/// again is not asked about each time. A no is remembered for at most 5 s: whoever was just added
/// to a list elsewhere should not wait. Confined to one thread, or guarded by its owner.
///
/// Bounded: beyond [#MOST] the oldest answer is forgotten.
public final class VerdictCache {
  public static final int MOST = 10_000;

  private static final long MOST_FOR_NO = 5_000_000_000L;

  private final long yesNanos;
  private final Map<Applicant, Said> said = new LinkedHashMap<>();

  private record Said(boolean allowed, long until) {}

  /// @param yesNanos how long a yes is remembered; 0 remembers nothing
  public VerdictCache(long yesNanos) {
    this.yesNanos = yesNanos;
  }

  /// What is remembered about a client of this key and address; null if nothing is.
  public @Nullable Boolean get(Applicant applicant, long now) {
    var key = withoutInfo(applicant);
    var held = said.get(key);
    if (held == null) {
      return null;
    }
    if (now >= held.until) {
      said.remove(key);
      return null;
    }
    return held.allowed;
  }

  public void put(Applicant applicant, boolean allowed, long now) {
    long keep = allowed ? yesNanos : Math.min(yesNanos, MOST_FOR_NO);
    if (keep <= 0) {
      return;
    }
    var key = withoutInfo(applicant);
    said.remove(key); // so that it becomes the newest
    said.put(key, new Said(allowed, now + keep));
    if (said.size() > MOST) {
      said.remove(said.keySet().iterator().next());
    }
  }

  /// What a client says of itself does not enter the question, so it does not enter the answer.
  private static Applicant withoutInfo(Applicant applicant) {
    return new Applicant(applicant.key(), applicant.address(), ClientInfo.OURS);
  }
}
