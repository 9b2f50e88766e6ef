package dev.adit.cli;

import dev.adit.cli.admin.KeyCommand;
import dev.adit.cli.admin.NodeCommand;
import dev.adit.cli.demo.DemoCommand;
import dev.adit.cli.demo.TransferCommand;
import dev.adit.cli.server.RelayCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The verbs of `adit`, in the order in which help lists them.
///
/// Picocli reads a command's options by reflection, which for all verbs together costs more than
/// the rest of the start. So only the verb that was named is made; all of them only for help.
final class Verbs {
  static final List<String> NAMES = List.of("relay", "key", "node", "demo");

  /// What tools of ours start, not people: left out of help.
  static final List<String> HIDDEN = List.of(TransferCommand.NAME);

  private Verbs() {}

  /// A new command object, or null if there is no such verb.
  static @Nullable Object command(String name) {
    return switch (name) {
      case "relay" -> new RelayCommand();
      case "key" -> new KeyCommand();
      case "node" -> new NodeCommand();
      case "demo" -> new DemoCommand();
      case TransferCommand.NAME -> new TransferCommand();
      default -> null;
    };
  }
}
