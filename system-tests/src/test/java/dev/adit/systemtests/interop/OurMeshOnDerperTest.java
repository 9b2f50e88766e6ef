package dev.adit.systemtests.interop;

import java.io.IOException;

/// Our client with the mesh key finds in `derper` what Tailscale's does.
@Interop
class OurMeshOnDerperTest extends MeshRules {
  @Override
  DerpServer start(Stage stage) throws IOException {
    return Derper.start(stage, "derper");
  }

  @Override
  Clients startClients() throws IOException {
    return OurClients.of(stage());
  }
}
