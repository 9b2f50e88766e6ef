package dev.adit.core.netcheck;

/// What stands between this node and the network, for one address family: the leaves of the
/// decision tree (nat-traversal §1.6). A hint for people and for the order of work: no path is ever
/// given up because of it.
public enum NatClass {
  /// Nothing measured.
  UNKNOWN,
  /// This machine has no address of the family.
  NO_ADDRESS,
  /// No UDP gets out and back.
  UDP_BLOCKED,
  /// No NAT, and nobody is kept out.
  OPEN,
  /// No NAT, but not everybody's packets are let in.
  FIREWALL,
  /// No NAT; whether packets are kept out is not known.
  NO_NAT,
  /// Easy NAT that lets in everybody.
  FULL_CONE,
  /// Easy NAT that lets in whom we have written to, from any port.
  ADDRESS_RESTRICTED,
  /// Easy NAT that lets in exactly the endpoints that we have written to.
  PORT_RESTRICTED,
  /// Easy NAT; whom it lets in is not known.
  EASY_NAT,
  /// Hard NAT: other destinations see another endpoint.
  SYMMETRIC,
  /// A NAT of which no more is known, treated as easy (R-STUN-23).
  NAT
}
