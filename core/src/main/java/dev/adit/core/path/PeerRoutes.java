package dev.adit.core.path;

import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// The two routes of a peer as its state makes them, kept so that the packet path only reads them.
final class PeerRoutes {
  private Route data = Route.RELAY;
  private Route handshake = Route.RELAY;

  /// Makes a new object only for a change.
  ///
  /// @param settling in DIRECT, but data stays on the relay
  /// @param direct the selected endpoint; in DEAD the last selected one; or null
  void update(PathState state, boolean relayUp, boolean settling, @Nullable Endpoint direct) {
    boolean both = relayUp && state != PathState.DIRECT;
    boolean stays = settling && relayUp && state == PathState.DIRECT;
    data = stays ? Route.RELAY : of(data, both, direct);
    handshake = of(handshake, relayUp, direct); // R-LO-4: handshakes always go by the relay as well
  }

  private static Route of(Route before, boolean relay, @Nullable Endpoint direct) {
    if (direct == null) {
      return relay ? Route.RELAY : Route.DROP;
    }
    boolean same = before.relay() == relay && direct.equals(before.direct());
    return same ? before : new Route(relay, direct);
  }

  Route data() {
    return data;
  }

  Route handshake() {
    return handshake;
  }
}
