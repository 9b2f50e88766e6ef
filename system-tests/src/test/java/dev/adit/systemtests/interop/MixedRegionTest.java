package dev.adit.systemtests.interop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A region of two `adit relay` and one `derper`, which forward to each other.
@Interop
class MixedRegionTest extends RegionRules {
  @Override
  List<DerpServer> start(Stage stage, List<Integer> ports) throws IOException {
    List<DerpServer> nodes = new ArrayList<>();
    for (int port : ports.subList(0, 2)) {
      nodes.add(AditRelay.meshed(stage, "relay" + port, port, peers(stage, ports, port)));
    }
    int last = ports.getLast();
    String mesh = "-mesh-with=" + others(ports, last);
    nodes.add(Derper.start(stage, "derper", last, List.of(mesh)));
    return nodes;
  }

  /// With the fingerprint of the certificate that all have, which no system trusts.
  static String peers(Stage stage, List<Integer> ports, int own) throws IOException {
    String pin = "=sha256-raw:" + stage.pin();
    return others(ports, own).replace(",", pin + ",") + pin;
  }
}
