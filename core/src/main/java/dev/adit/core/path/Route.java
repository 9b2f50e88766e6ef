package dev.adit.core.path;

import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// Where one WireGuard packet goes. Immutable and kept, so that the packet path allocates nothing.
///
/// @param relay to the peer by the relay
/// @param direct to this endpoint, or null
public record Route(boolean relay, @Nullable Endpoint direct) {
  public static final Route RELAY = new Route(true, null);

  /// Nowhere.
  public static final Route DROP = new Route(false, null);
}
