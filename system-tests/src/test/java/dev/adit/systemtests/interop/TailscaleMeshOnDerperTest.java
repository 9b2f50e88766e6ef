package dev.adit.systemtests.interop;

import java.io.IOException;

/// The rules, held against the program they were read from.
@Interop
class TailscaleMeshOnDerperTest extends TailscaleMeshRules {
  @Override
  DerpServer start(Stage stage) throws IOException {
    return Derper.start(stage, "derper");
  }
}
