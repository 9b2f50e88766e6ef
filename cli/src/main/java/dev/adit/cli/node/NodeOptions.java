package dev.adit.cli.node;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Where the agent's local socket is; shared by the verbs that talk to it.
final class NodeOptions {
  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Folder of the agent's local socket; default ${DEFAULT-VALUE}.",
      defaultValue = "/run/adit")
  Path runDir = Path.of("/run/adit");

  AgentClient agent() {
    return new AgentClient(runDir);
  }
}
