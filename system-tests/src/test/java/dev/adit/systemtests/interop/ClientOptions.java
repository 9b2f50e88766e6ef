package dev.adit.systemtests.interop;

import org.jspecify.annotations.Nullable;

/// How a client connects, Tailscale's or ours. Immutable.
///
/// @param url of one server, or empty
/// @param region as JSON of a DERP map, or empty
/// @param key `privkey:…`, or null for a new one
/// @param mesh the mesh key in hex, or null for an ordinary client
/// @param watches asks who is connected
/// @param isPreferred calls the server its home
/// @param reconnects after an error, connects again
record ClientOptions(
    String url,
    String region,
    @Nullable String key,
    @Nullable String mesh,
    boolean watches,
    boolean isProber,
    boolean isPreferred,
    boolean reconnects) {
  static ClientOptions to(DerpServer server) {
    return new ClientOptions(server.url(), "", null, null, false, false, false, false);
  }

  static ClientOptions toRegion(String region) {
    return new ClientOptions("", region, null, null, false, false, false, false);
  }

  /// With a key that others have too.
  ClientOptions key(String privateKey) {
    return new ClientOptions(
        url, region, privateKey, mesh, watches, isProber, isPreferred, reconnects);
  }

  ClientOptions mesh(String meshKey) {
    return new ClientOptions(url, region, key, meshKey, watches, isProber, isPreferred, reconnects);
  }

  /// As one of a region's servers would, and hears who comes and goes.
  ClientOptions watching() {
    return mesh(DerpServer.MESH_KEY).watchingWithoutRight();
  }

  ClientOptions watchingWithoutRight() {
    return new ClientOptions(url, region, key, mesh, true, isProber, isPreferred, reconnects);
  }

  ClientOptions prober() {
    return new ClientOptions(url, region, key, mesh, watches, true, isPreferred, reconnects);
  }

  ClientOptions preferred() {
    return new ClientOptions(url, region, key, mesh, watches, isProber, true, reconnects);
  }

  ClientOptions reconnecting() {
    return new ClientOptions(url, region, key, mesh, watches, isProber, isPreferred, true);
  }
}
