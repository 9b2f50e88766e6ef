package dev.adit.systemtests.interop;

import java.io.IOException;

/// Tailscale's client with the mesh key finds in `adit relay` what it knows of `derper`.
@Interop
class TailscaleMeshOnAditTest extends TailscaleMeshRules {
  @Override
  DerpServer start(Stage stage) throws IOException {
    return AditRelay.start(stage, "relay", "--mesh-key-file=" + stage.meshKey());
  }
}
