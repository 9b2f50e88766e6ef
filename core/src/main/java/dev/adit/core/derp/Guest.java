package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.DerpFrame.PeerPresent;
import org.jspecify.annotations.Nullable;

/// What was known of a client when it was admitted: what watchers and whoever runs the relay are
/// told of it. Immutable.
///
/// @param presence what watchers are told
/// @param remote where it comes from; null if unknown
/// @param appName what it calls itself, at most 64 characters
/// @param connectedAt nanoseconds on the relay's clock
record Guest(PeerPresent presence, @Nullable Endpoint remote, String appName, long connectedAt) {
  private static final int MOST_NAME = 64;

  /// @param meshPeer whether it has shown the region's mesh key
  /// @param ideal false if it would rather use another relay
  static Guest of(
      PublicKey client,
      @Nullable Endpoint remote,
      ClientInfo info,
      boolean meshPeer,
      boolean ideal,
      long now) {
    int flags =
        (meshPeer ? PeerPresent.MESH_PEER : 0)
            | (info.isProber() ? PeerPresent.PROBER : 0)
            | (ideal ? 0 : PeerPresent.NOT_IDEAL);
    var presence = new PeerPresent(client, remote, flags == 0 ? PeerPresent.REGULAR : flags);
    String name = info.appName();
    return new Guest(presence, remote, name.substring(0, Math.min(name.length(), MOST_NAME)), now);
  }

  PublicKey client() {
    return presence.key();
  }

  boolean is(int flag) {
    return (presence.flags() & flag) != 0;
  }

  /// @param active whether packets for its key come to this connection
  /// @param of what it has sent
  ClientFacts facts(
      boolean active,
      boolean home,
      boolean watching,
      Packets of,
      long packetsSent,
      long bytesSent) {
    return new ClientFacts(
        client(),
        remote,
        connectedAt,
        active,
        home,
        is(PeerPresent.MESH_PEER),
        is(PeerPresent.PROBER),
        !is(PeerPresent.NOT_IDEAL),
        watching,
        appName,
        of.packetsReceived(),
        of.bytesReceived(),
        packetsSent,
        bytesSent);
  }
}
