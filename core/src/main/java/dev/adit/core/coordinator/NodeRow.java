package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import java.util.List;
import java.util.UUID;

/// One node of one network as its row says. Immutable.
///
/// @param machineKey of the installation this node belongs to
/// @param nodeKey WireGuard's; proven
/// @param addresses IPv4, then IPv6
/// @param host the number the addresses were made of ([AddressPlan])
/// @param serial of its record (control R-REC-3); rises with every change of what peers see
/// @param issuedAt of its record, seconds since 1970
/// @param endedAt when it was removed, seconds since 1970; 0 while it lives
public record NodeRow(
    UUID network,
    UUID id,
    PublicKey machineKey,
    PublicKey nodeKey,
    String name,
    List<IpAddress> addresses,
    long host,
    long serial,
    long issuedAt,
    long createdAt,
    long endedAt) {
  public NodeRow {
    addresses = List.copyOf(addresses);
  }

  public boolean isLive() {
    return endedAt == 0;
  }

  /// The same node with another WireGuard key, and so another record.
  NodeRow withNodeKey(PublicKey key, long nowSeconds) {
    long next = Serials.next(serial, nowSeconds);
    return new NodeRow(
        network, id, machineKey, key, name, addresses, host, next, nowSeconds, createdAt, 0);
  }

  /// The same content with a serial above `held`, which somebody has seen.
  public NodeRow above(long held, long nowSeconds) {
    long next = Serials.next(held, nowSeconds);
    return new NodeRow(
        network,
        id,
        machineKey,
        nodeKey,
        name,
        addresses,
        host,
        next,
        nowSeconds,
        createdAt,
        endedAt);
  }

  /// The tombstone that keeps the id known (control R-DB-10) and the address resting.
  NodeRow ended(long nowSeconds) {
    long next = Serials.next(serial, nowSeconds);
    return new NodeRow(
        network,
        id,
        machineKey,
        nodeKey,
        name,
        addresses,
        host,
        next,
        issuedAt,
        createdAt,
        nowSeconds);
  }
}
