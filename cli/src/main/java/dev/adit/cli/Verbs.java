package dev.adit.cli;

import dev.adit.cli.admin.CoordinatorCommand;
import dev.adit.cli.admin.KeyCommand;
import dev.adit.cli.admin.NetworkCommand;
import dev.adit.cli.admin.NodeCommand;
import dev.adit.cli.demo.DemoCommand;
import dev.adit.cli.demo.TransferCommand;
import dev.adit.cli.metrics.MetricsCommand;
import dev.adit.cli.node.DebugCommand;
import dev.adit.cli.node.DownCommand;
import dev.adit.cli.node.ExplainCommand;
import dev.adit.cli.node.NetcheckCommand;
import dev.adit.cli.node.PingCommand;
import dev.adit.cli.node.SetCommand;
import dev.adit.cli.node.StatusCommand;
import dev.adit.cli.node.UpCommand;
import dev.adit.cli.server.HelperCommand;
import dev.adit.cli.server.RelayCommand;
import dev.adit.cli.server.ServeCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The verbs of `adit`, in the order in which help lists them.
///
/// Picocli reads a command's options by reflection, which for all verbs together costs more than
/// the rest of the start. So only the verb that was named is made; all of them only for help.
final class Verbs {
  static final List<String> NAMES =
      List.of(
          "serve",
          "relay",
          "helper",
          "up",
          "down",
          "status",
          "ping",
          "netcheck",
          "explain",
          "set",
          "metrics",
          "network",
          "key",
          "node",
          "coordinator",
          "debug",
          "demo");

  /// What tools of ours start, not people: left out of help.
  static final List<String> HIDDEN = List.of(TransferCommand.NAME);

  private Verbs() {}

  /// A new command object or specification, or null if there is no such verb.
  static @Nullable Object command(String name) {
    return switch (name) {
      case "serve" -> new ServeCommand();
      case "relay" -> new RelayCommand();
      case "helper" -> new HelperCommand();
      case "up" -> UpCommand.spec();
      case "down" -> new DownCommand();
      case "status" -> new StatusCommand();
      case "ping" -> new PingCommand();
      case "set" -> new SetCommand();
      case "netcheck" -> new NetcheckCommand();
      case "explain" -> new ExplainCommand();
      case "metrics" -> new MetricsCommand();
      case "network" -> new NetworkCommand();
      case "key" -> new KeyCommand();
      case "node" -> new NodeCommand();
      case "coordinator" -> new CoordinatorCommand();
      case "debug" -> new DebugCommand();
      case "demo" -> new DemoCommand();
      case TransferCommand.NAME -> new TransferCommand();
      default -> null;
    };
  }
}
