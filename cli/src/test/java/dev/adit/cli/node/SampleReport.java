package dev.adit.cli.node;

import dev.adit.agent.StatusReport;
import java.util.List;

/// A node called `laptop` that is well, with peers of the test's choice.
public final class SampleReport {
  private SampleReport() {}

  public static StatusReport with(StatusReport.Peer... peers) {
    return inMode("native", "", peers);
  }

  static StatusReport inMode(String mode, String remark, StatusReport.Peer... peers) {
    return new StatusReport(
        new StatusReport.Self(
            "019a0000-0000-7000-8000-0000000000b1", "laptop", "default", List.of("10.77.0.1")),
        mode,
        remark,
        "kernel",
        "https://vpn.example.org",
        "ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ",
        true,
        null,
        List.of(),
        List.of(peers));
  }
}
