package dev.adit.core.derp;

/// What a DERP relay counts, a sentence each.
public enum DerpCounter {
  ACCEPTS("connections handed over, whatever became of them"),
  CONNECTIONS("clients connected now"),
  DUPLICATE_CONNECTIONS("of these, connections of a key that has more than one"),
  HOME_CONNECTIONS("of these, clients that call this relay their home"),
  HANDSHAKE_FAILURES("connections ended because the client did not prove a usable key"),
  HANDSHAKE_TIMEOUTS("connections ended because the client said nothing within 10 seconds"),
  NOT_ADMITTED("connections ended because the key is not admitted"),
  REVOKED("connections ended because the key was no longer admitted"),
  DUPLICATES_ENDED("connections ended because their key had too many newer ones"),
  PROTOCOL_ERRORS("connections ended because of a frame that is not allowed"),
  WRITE_TIMEOUTS("connections ended because the client did not read for 2 seconds"),
  PACKETS_RECEIVED("packets received from clients"),
  BYTES_RECEIVED("bytes of data in these"),
  PRIORITY_PACKETS_RECEIVED("of these, packets with priority (handshakes, probes, disco)"),
  PACKETS_SENT("packets handed to the connections of their destinations"),
  BYTES_SENT("bytes of data in these"),
  DROPPED_UNKNOWN_DESTINATION("packets dropped: the destination is not here or not allowed"),
  DROPPED_GONE("packets dropped: the destination's connection ended first"),
  DROPPED_QUEUE_HEAD("packets dropped: the oldest of a full queue made room"),
  PEER_GONE_NOT_HERE("answers to clients that their destination is not here"),
  PEER_GONE_DISCONNECTED("messages to clients that who sent them packets has left"),
  KEEP_ALIVES_SENT("keep-alive frames sent"),
  PINGS_RECEIVED("pings received from clients"),
  PONGS_SENT("answers to these; a ping is passed over while an answer waits");

  private final String sentence;

  DerpCounter(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }

  /// Where counts go. Called on every packet by many threads at once: must be quick and
  /// thread-safe.
  @FunctionalInterface
  public interface Sink {
    /// @param amount negative when a gauge falls
    void add(DerpCounter counter, long amount);
  }
}
