package dev.adit.systemtests.interop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A region of three `adit relay`.
@Interop
class RegionOfAditTest extends RegionRules {
  @Override
  List<DerpServer> start(Stage stage, List<Integer> ports) throws IOException {
    List<DerpServer> nodes = new ArrayList<>();
    for (int port : ports) {
      String peers = MixedRegionTest.peers(stage, ports, port);
      nodes.add(AditRelay.meshed(stage, "relay" + port, port, peers));
    }
    return nodes;
  }
}
