package dev.adit.systemtests.interop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The rules, held against the program they were read from.
@Interop
class RegionOfDerpersTest extends RegionRules {
  @Override
  List<DerpServer> start(Stage stage, List<Integer> ports) throws IOException {
    List<DerpServer> nodes = new ArrayList<>();
    for (int port : ports) {
      String mesh = "-mesh-with=" + others(ports, port);
      nodes.add(Derper.start(stage, "derper" + port, port, List.of(mesh)));
    }
    return nodes;
  }
}
