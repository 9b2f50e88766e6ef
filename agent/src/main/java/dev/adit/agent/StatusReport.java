package dev.adit.agent;

import dev.adit.wire.JsonWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `adit status` shows, as one value. Immutable.
///
/// As JSON: `{"self":{"node","name","network","addresses":[…]},"data":{"mode","wireGuard"},
/// "coordinator":{"url","connected"},"peers":[{"node","name","addresses":[…],
/// "path":{"type","endpoint","native","relay","mtu","mtuRemark"},"rttMs","rxBytes","txBytes"}]}`.
/// `rttMs` has up to three decimals; `mtuRemark` is left out where it is empty. Members are only
/// ever added.
///
/// @param mode `native`, `mux` or `relay-only`
/// @param modeRemark why it is not native although that was allowed, else empty
/// @param wireGuard what drives the interface, such as `kernel` or `wireguard-go 0.0.20220316`
/// @param coordinatorRoot b64 of its root key: who it is, whatever its URL
/// @param remark a sentence such as `working from the map of …`, or null
/// @param notes sentences about what is not as it should be
public record StatusReport(
    Self self,
    String mode,
    String modeRemark,
    String wireGuard,
    String coordinatorUrl,
    String coordinatorRoot,
    boolean coordinatorConnected,
    @Nullable String remark,
    List<String> notes,
    List<Peer> peers) {

  /// @param node id; empty before the first join was answered, and so the rest
  public record Self(String node, String name, String network, List<String> addresses) {
    static final Self NONE = new Self("", "", "", List.of());
  }

  /// @param type `direct`, `derp` or `none`
  /// @param endpoint `ip:port` of a direct path, else null
  /// @param isNative WireGuard sends there by itself
  /// @param relay name of the relay, else null
  /// @param rttMicros of the direct path's last probes, −1 if unknown
  /// @param mtu bytes of an IP packet to the peer at most, which the routes to it say
  /// @param mtuRemark why it is not the most that the interface takes; else empty
  /// @param receivedBytes of WireGuard packets from this peer, since the agent's start; in native
  ///   mode since the interface was made
  /// @param sentBytes of WireGuard packets to this peer, likewise
  public record Peer(
      String node,
      String name,
      List<String> addresses,
      String type,
      @Nullable String endpoint,
      boolean isNative,
      @Nullable String relay,
      long rttMicros,
      int mtu,
      String mtuRemark,
      long receivedBytes,
      long sentBytes) {}

  /// @param withEndpoints false for users who may not see where peers are (control R-ADM-2)
  public String toJson(boolean withEndpoints) {
    var json = new JsonWriter(512 + 300 * peers.size()).beginObject();
    json.name("self").beginObject();
    json.member("node", self.node).member("name", self.name).member("network", self.network);
    json.strings("addresses", self.addresses).endObject();
    json.name("data").beginObject().member("mode", mode);
    json.member("wireGuard", wireGuard);
    if (!modeRemark.isEmpty()) {
      json.member("remark", modeRemark);
    }
    json.endObject();
    json.name("coordinator").beginObject();
    json.member("url", coordinatorUrl).member("connected", coordinatorConnected);
    json.member("root", coordinatorRoot);
    if (remark != null) {
      json.member("remark", remark);
    }
    json.endObject();
    json.strings("notes", notes);
    json.name("peers").beginArray();
    for (Peer peer : peers) {
      json.beginObject().member("node", peer.node).member("name", peer.name);
      json.strings("addresses", peer.addresses);
      json.name("path").beginObject().member("type", peer.type);
      json.member("endpoint", withEndpoints ? peer.endpoint : null);
      json.member("native", peer.isNative).member("relay", peer.relay).member("mtu", peer.mtu);
      if (!peer.mtuRemark.isEmpty()) {
        json.member("mtuRemark", peer.mtuRemark);
      }
      json.endObject();
      if (peer.rttMicros < 0) {
        json.member("rttMs", null);
      } else {
        json.name("rttMs").thousandths(peer.rttMicros);
      }
      json.member("rxBytes", peer.receivedBytes).member("txBytes", peer.sentBytes).endObject();
    }
    return json.endArray().endObject().toString();
  }
}
