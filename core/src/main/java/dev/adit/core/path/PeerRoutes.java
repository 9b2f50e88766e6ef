package dev.adit.core.path;

import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// The two routes of a peer as its state makes them, kept so that the packet path only reads them.
final class PeerRoutes {
  private Route data = Route.RELAY;
  private Route handshake = Route.RELAY;

  /// @param direct the selected endpoint; in DEAD the last selected one; or null
  void update(PathState state, boolean relayUp, @Nullable Endpoint direct) {
    data = of(relayUp && state != PathState.DIRECT, direct);
    handshake = of(relayUp, direct); // R-LO-4: handshakes always go by the relay as well
  }

  private static Route of(boolean relay, @Nullable Endpoint direct) {
    if (direct == null) {
      return relay ? Route.RELAY : Route.DROP;
    }
    return new Route(relay, direct);
  }

  Route data() {
    return data;
  }

  Route handshake() {
    return handshake;
  }
}
