package dev.adit.agent;

/// WireGuard's packets that went by one kind of path. Plain fields, because the packet path counts
/// here; confined to the packet loop's thread.
final class Traffic {
  private long sentPackets;
  private long sentBytes;
  private long receivedPackets;
  private long receivedBytes;

  /// @param length of the WireGuard packet, without what carries it
  void sent(int length) {
    sentPackets++;
    sentBytes += length;
  }

  void received(int length) {
    receivedPackets++;
    receivedBytes += length;
  }

  long sentPackets() {
    return sentPackets;
  }

  long sentBytes() {
    return sentBytes;
  }

  long receivedPackets() {
    return receivedPackets;
  }

  long receivedBytes() {
    return receivedBytes;
  }
}
