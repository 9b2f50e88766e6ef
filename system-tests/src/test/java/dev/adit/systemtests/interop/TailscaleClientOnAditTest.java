package dev.adit.systemtests.interop;

import java.io.IOException;

/// Tailscale's client finds in `adit relay` what it knows of `derper`.
@Interop
class TailscaleClientOnAditTest extends TailscaleClientRules {
  @Override
  DerpServer start(Stage stage) throws IOException {
    return AditRelay.start(stage, "relay");
  }
}
