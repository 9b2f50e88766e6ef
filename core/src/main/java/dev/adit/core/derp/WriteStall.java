package dev.adit.core.derp;

/// How long one client has taken no bytes at all (derp §5.3). Who reads slowly, but reads, is not
/// stalled. Confined to the client's thread.
final class WriteStall {
  private static final long NEVER = Long.MAX_VALUE;

  private final DerpOutput output;
  private long until = NEVER;

  WriteStall(DerpOutput output) {
    this.output = output;
  }

  /// The output was asked whether it takes bytes.
  ///
  /// @param limit how long it may not; 0 for ever
  void noted(boolean takes, long limit, long now) {
    if (takes || limit == 0) {
      until = NEVER;
    } else if (until == NEVER) {
      output.progressed(); // from now on
      until = now + limit;
    }
  }

  /// True if nothing was taken for as long as is allowed.
  boolean isOver(long limit, long now) {
    if (now < until) {
      return false;
    }
    if (output.progressed()) {
      until = now + limit;
      return false;
    }
    return true;
  }

  long until() {
    return until;
  }
}
