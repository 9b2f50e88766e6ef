package dev.adit.core.derp;

/// What a DERP relay counts, a sentence each.
public enum DerpCounter {
  ACCEPTS("Connections handed over, whatever became of them."),
  CONNECTIONS("Clients connected now."),
  DUPLICATE_CONNECTIONS("Connections of a key that has more than one."),
  HOME_CONNECTIONS("Clients connected now that call this relay their home."),
  HANDSHAKE_FAILURES("Connections ended because the client did not prove a usable key."),
  HANDSHAKE_TIMEOUTS("Connections ended because the client said nothing within 10 seconds."),
  NOT_ADMITTED("Connections ended because the key is not admitted."),
  REVOKED("Connections ended because the key was no longer admitted."),
  DUPLICATES_ENDED("Connections ended because their key had too many newer ones."),
  PROTOCOL_ERRORS("Connections ended because of a frame that is not allowed."),
  WRITE_TIMEOUTS("Connections ended because the client did not read for 2 seconds."),
  PACKETS_RECEIVED("Packets received from clients."),
  BYTES_RECEIVED("Bytes of data in packets received from clients."),
  PRIORITY_PACKETS_RECEIVED("Packets received with priority: handshakes, probes, disco."),
  PACKETS_SENT("Packets handed to the connections of their destinations."),
  BYTES_SENT("Bytes of data in packets handed to their destinations."),
  DROPPED_UNKNOWN_DESTINATION("Packets dropped: the destination is not here or not allowed."),
  DROPPED_GONE("Packets dropped: the destination's connection ended first."),
  DROPPED_QUEUE_HEAD("Packets dropped: the oldest of a full queue made room."),
  PEER_GONE_NOT_HERE("Answers to clients that their destination is not here."),
  PEER_GONE_DISCONNECTED("Messages to clients that who sent them packets has left."),
  KEEP_ALIVES_SENT("Keep-alive frames sent."),
  PINGS_RECEIVED("Pings received from clients."),
  PONGS_SENT("Answers to pings of clients; a ping is passed over while an answer waits.");

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
