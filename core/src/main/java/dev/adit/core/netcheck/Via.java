package dev.adit.core.netcheck;

/// The socket that a question leaves by.
public enum Via {
  /// That of the data: what it says is true of WireGuard's packets.
  DATA,
  /// A throw-away one that has written to one server endpoint only, so that its filters are as a
  /// NAT makes them.
  FILTER,
  /// Another throw-away one.
  SECOND
}
