package dev.adit.wire.probe;

/// The two keys of probe messages between one pair of probe keys, 32 bytes each.
///
/// @param send ours to the peer
/// @param receive the peer's to us
public record ProbeKeys(byte[] send, byte[] receive) {
  @Override
  public String toString() {
    return "ProbeKeys[…]";
  }
}
