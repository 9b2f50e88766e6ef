package dev.adit.core.derp;

/// Where a relay's counts go. Called for packets by many threads at once: must be quick and
/// thread-safe.
public interface DerpCounts {
  /// @param amount negative when a gauge falls
  void add(DerpCounter counter, long amount);

  /// Packets were dropped.
  ///
  /// @param bytes of data in them
  void dropped(DropReason reason, PacketKind kind, long packets, long bytes);
}
