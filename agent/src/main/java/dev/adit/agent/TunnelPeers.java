package dev.adit.agent;

import dev.adit.core.path.WireGuardReading;
import dev.adit.crypto.PublicKey;
import dev.adit.net.linux.WireGuardChange;
import dev.adit.net.linux.WireGuardDevice;
import dev.adit.net.linux.WireGuardState;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The peers of a WireGuard device, made as they are wanted: of what is right already nothing is
/// told again, so sessions go on. Confined to the tunnel's thread.
final class TunnelPeers {
  private static final int GREETING_KEEPALIVE = 60;

  private final Set<PublicKey> configured = new HashSet<>();

  /// Peers that an adopted interface has, perhaps with ports and addresses of long ago, and their
  /// endpoints on other machines, which stay.
  private final Map<PublicKey, Optional<Endpoint>> inherited = new HashMap<>();

  void forget() {
    configured.clear();
    inherited.clear();
  }

  /// The device has these already.
  ///
  /// @param keepsEndpoints those on other machines stay
  void inherit(WireGuardState state, boolean keepsEndpoints) {
    for (WireGuardState.Peer peer : state.peers()) {
      configured.add(peer.key());
      inherited.put(peer.key(), keepsEndpoints ? elsewhere(peer.endpoint()) : Optional.empty());
    }
  }

  private static Optional<Endpoint> elsewhere(@Nullable Endpoint endpoint) {
    return Optional.ofNullable(endpoint).filter(at -> !at.address().isLoopback());
  }

  void apply(List<Tunnel.Peer> wanted, WireGuardDevice device) throws IOException {
    var change = new WireGuardChange();
    Set<PublicKey> keep = new HashSet<>();
    for (Tunnel.Peer peer : wanted) {
      keep.add(peer.key());
      Optional<Endpoint> kept = inherited.remove(peer.key());
      if (configured.add(peer.key()) | kept != null) {
        List<Prefix> allowed = new ArrayList<>();
        for (IpAddress address : peer.addresses()) {
          allowed.add(Prefix.host(address));
        }
        Endpoint loopback = LoopbackPorts.endpoint(peer.loopbackPort());
        change.upsert(peer.key(), kept == null ? loopback : kept.orElse(loopback), allowed);
      }
    }
    for (PublicKey known : List.copyOf(configured)) {
      if (!keep.contains(known)) {
        change.remove(known);
        configured.remove(known);
      }
    }
    device.apply(change);
  }

  /// Is told again at the next [#apply].
  void forget(PublicKey key) {
    configured.remove(key);
  }

  void moveEndpoint(PublicKey key, Endpoint endpoint, WireGuardDevice device) throws IOException {
    if (configured.contains(key)) {
      device.apply(new WireGuardChange().endpoint(key, endpoint));
    }
  }

  void greet(PublicKey key, WireGuardDevice device) throws IOException {
    if (configured.contains(key)) {
      // A keepalive that is switched on is sent at once.
      device.apply(new WireGuardChange().keepalive(key, GREETING_KEEPALIVE));
      device.apply(new WireGuardChange().keepalive(key, 0));
    }
  }

  /// @param dropped packets of a peer that were kept from WireGuard
  static List<WireGuardReading> read(WireGuardDevice device, ToLongFunction<PublicKey> dropped)
      throws IOException {
    List<WireGuardReading> readings = new ArrayList<>();
    for (WireGuardState.Peer peer : device.read().peers()) {
      readings.add(
          new WireGuardReading(
              peer.key(),
              peer.endpoint(),
              peer.receivedBytes(),
              peer.sentBytes(),
              dropped.applyAsLong(peer.key())));
    }
    return readings;
  }
}
