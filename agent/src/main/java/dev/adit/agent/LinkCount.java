package dev.adit.agent;

/// What is counted about connections to relays, a sentence each.
enum LinkCount {
  UP("The relay admitted this node."),
  NO_CONNECTION("No TCP or TLS connection, or a certificate that is not the relay's."),
  REFUSED("The server did not switch to DERP."),
  NOT_ADMITTED("The relay ended the connection without admitting this node."),
  LOST("A connection that had been up ended."),
  DROPPED_DOWN("There was no connection to a relay."),
  DROPPED_QUEUE_FULL("The oldest of a full queue made room: the connection is slow.");

  private final String sentence;

  LinkCount(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
