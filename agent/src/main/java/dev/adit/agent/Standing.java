package dev.adit.agent;

import dev.adit.wire.control.ErrorCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How it stands with the coordinator, in sentences for the user. Confined to the packet loop's
/// thread, but for [#remark].
final class Standing {
  private volatile @Nullable String remark;
  private long awaySince; // seconds on the coordinator's clock; 0 while it is there
  private @Nullable String toldReason;
  private @Nullable String postponed; // a first join, until the next stream: why

  /// Whether a refusal with this code, and a time to come again, passes by itself.
  static boolean passes(String code) {
    return code.equals(ErrorCode.UNAVAILABLE) || code.equals(ErrorCode.RATE_LIMITED);
  }

  /// One sentence if all is not as it should be, else null. Any thread.
  @Nullable String remark() {
    return remark;
  }

  void say(String sentence) {
    remark = sentence;
  }

  void welcomed() {
    awaySince = 0;
    postponed = null;
    remark = null;
  }

  /// The coordinator asked a machine without a node to come again later.
  void postponed(String why) {
    postponed = why;
    remark = why;
  }

  /// The stream has ended, or none could be made.
  ///
  /// @param now seconds on the coordinator's clock, as the next one
  /// @param mapTime of the map that is worked from; 0 for none
  /// @return why, for whoever waits
  String lost(String reason, long now, long mapTime) {
    if (awaySince == 0 || !reason.equals(toldReason)) { // not at each try
      toldReason = reason;
      AgentLog.info(
          Standing.class, "coordinator_lost", "no stream to the coordinator", "reason", reason);
    }
    if (awaySince == 0) {
      awaySince = now;
    }
    String away = "coordinator unreachable since " + time(awaySince) + ": " + reason;
    String asked = postponed;
    if (mapTime != 0) {
      remark = "working from the map of " + time(mapTime) + "; " + away;
    } else {
      remark = asked == null ? away : asked;
    }
    return asked == null ? reason : asked;
  }

  private static String time(long seconds) {
    return Instant.ofEpochSecond(seconds).toString();
  }
}
