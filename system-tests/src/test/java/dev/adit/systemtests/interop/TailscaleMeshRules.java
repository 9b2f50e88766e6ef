package dev.adit.systemtests.interop;

import org.junit.jupiter.api.Test;

/// What Tailscale's `derphttp` client with the mesh key may expect of any DERP server, ours or
/// `derper`.
abstract class TailscaleMeshRules extends MeshRules {
  @Override
  final Clients startClients() {
    return go();
  }

  @Test
  void tailscalesWatchLoopFollows() {
    TestClient watcher = go().watch("loop", ClientOptions.to(server()).mesh(DerpServer.MESH_KEY));
    watcher.present(watcher);
    TestClient a = open("a");
    watcher.present(a);
    a.close();
    watcher.gone(a);
  }
}
