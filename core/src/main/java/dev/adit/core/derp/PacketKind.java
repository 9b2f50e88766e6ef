package dev.adit.core.derp;

/// What a relay can tell of a packet it cannot read (relay-rung RR-22). All but [#OTHER] have
/// priority: they are rare and small, and the connection of two peers waits for them.
public enum PacketKind {
  /// Tailscale's disco.
  DISCO,
  /// A probe of ours.
  PROBE,
  /// A WireGuard handshake message: initiation, response or cookie reply.
  HANDSHAKE,
  OTHER;

  private static final long DISCO_MAGIC = 0x5453f09f92acL; // six bytes
  private static final int PROBE_MAGIC = 0xf5616470;
  private static final int DISCO_LEAST = 62;
  private static final int PROBE_LEAST = 40;

  public static PacketKind of(byte[] bytes, int offset, int length) {
    if (length < PROBE_LEAST) {
      return OTHER;
    }
    int first =
        bytes[offset] << 24
            | (bytes[offset + 1] & 0xff) << 16
            | (bytes[offset + 2] & 0xff) << 8
            | bytes[offset + 3] & 0xff;
    if (first == PROBE_MAGIC) {
      return PROBE;
    }
    if (first == 0x01000000 && length == 148
        || first == 0x02000000 && length == 92
        || first == 0x03000000 && length == 64) {
      return HANDSHAKE;
    }
    if (length >= DISCO_LEAST
        && first == (int) (DISCO_MAGIC >>> 16)
        && bytes[offset + 4] == (byte) (DISCO_MAGIC >>> 8)
        && bytes[offset + 5] == (byte) DISCO_MAGIC) {
      return DISCO;
    }
    return OTHER;
  }

  public boolean hasPriority() {
    return this != OTHER;
  }

  /// True if its sender is told when the destination is not here.
  public boolean isAnsweredWhenNotHere() {
    return this == DISCO || this == PROBE;
  }
}
