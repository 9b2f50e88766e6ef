package dev.adit.systemtests.interop;

import org.jspecify.annotations.Nullable;

/// What a client heard.
sealed interface Event {
  /// Who sent it, or whom it is about: `nodekey:…`; empty if nobody.
  default String peer() {
    return "";
  }

  /// @param data null if longer than 1024 bytes
  /// @param sha256 in hex
  record Packet(String peer, int length, String sha256, byte @Nullable [] data) implements Event {}

  /// The server has registered the client; what it may send, in bytes per second, 0 for no limit.
  record ServerInfo(long rate, long burst) implements Event {}

  /// @param notHere false if it was here and has left
  record Gone(String peer, boolean notHere) implements Event {}

  /// @param address empty if the server did not tell
  record Present(String peer, String address, int flags) implements Event {}

  record Health(String problem) implements Event {}

  record Restarting(long reconnectInMillis, long tryForMillis) implements Event {}

  /// The connection is of no use any more.
  record Failed(String reason) implements Event {}

  /// Anything else.
  record Other(String kind) implements Event {}
}
