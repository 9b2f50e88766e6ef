package dev.adit.core.derp;

/// What a DERP relay counts besides dropped packets ([DropReason]), a sentence each.
public enum DerpCounter {
  ACCEPTS("Connections handed over, whatever became of them."),
  CONNECTIONS("Clients connected now."),
  CLIENTS_LOCAL("Keys with a connection here now."),
  CLIENTS_REGION("Keys that can be reached now, here or through another relay of the region."),
  DUPLICATE_KEYS("Keys that have more than one connection now."),
  DUPLICATE_CONNECTIONS("Connections now of keys that have more than one."),
  DUPLICATES("Connections that found another one of their key."),
  HOME_CONNECTIONS("Clients connected now that call this relay their home."),
  NOT_IDEAL_CONNECTIONS("Clients connected now that would rather use another relay."),
  WATCHERS("Connections now that are told who comes and goes."),
  HOME_MOVES_IN("Clients that made this relay their home more than 5 seconds after they came."),
  HOME_MOVES_OUT("Clients that made another relay their home."),
  HANDSHAKE_FAILURES("Connections ended because the client did not prove a usable key."),
  HANDSHAKE_TIMEOUTS("Connections ended because the client said nothing within 10 seconds."),
  NOT_ADMITTED("Connections ended because the key is not admitted."),
  REVOKED("Connections ended because the key was no longer admitted."),
  DUPLICATES_ENDED("Connections ended because their key had too many newer ones."),
  CLOSED_BY_PEER("Connections ended because another relay or an operator asked for it."),
  PROTOCOL_ERRORS("Connections ended because of a frame that is not allowed."),
  WRITE_TIMEOUTS("Connections ended because the client did not read for 2 seconds."),
  RESTARTED("Connections ended because this relay stops."),
  PACKETS_RECEIVED("Packets received from clients."),
  BYTES_RECEIVED("Bytes of data in packets received from clients."),
  PRIORITY_PACKETS_RECEIVED("Packets received with priority: handshakes, probes, disco."),
  PACKETS_SENT("Packets handed to the connections of their destinations."),
  BYTES_SENT("Bytes of data in packets handed to their destinations."),
  PACKETS_QUEUED("Packets handed to their destinations after they had waited in a queue."),
  QUEUE_NANOS("Nanoseconds that these packets waited, in all."),
  PACKETS_FORWARDED_OUT("Packets handed to other relays of the region."),
  PACKETS_FORWARDED_IN("Packets received from other relays of the region."),
  MULTIFORWARDERS_CREATED("Keys that a second relay of the region had too."),
  MULTIFORWARDERS_DELETED("Keys that were left with one relay of several."),
  FORWARDERS_NOT_KNOWN("Links that were taken away from a key that did not have them."),
  CLOSE_PEER_ASKED("Requests of mesh peers to end the connections of a key."),
  PEER_GONE_NOT_HERE("Answers to clients that their destination is not here."),
  PEER_GONE_DISCONNECTED("Messages to clients that who sent them packets has left."),
  UNKNOWN_FRAMES("Frames of clients that were skipped."),
  KEEP_ALIVES_SENT("Keep-alive frames sent."),
  PINGS_RECEIVED("Pings received from clients."),
  PONGS_SENT("Answers to pings of clients; a ping is passed over while an answer waits."),
  READING_PAUSED("Times that a client was not read for a while because it sent too much.");

  private final String sentence;

  DerpCounter(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
