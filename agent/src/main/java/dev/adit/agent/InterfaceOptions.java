package dev.adit.agent;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Which WireGuard interface of Linux, and how it is made. Immutable.
///
/// @param name at most 15 characters
/// @param wireGuardGo the program to start; null: the kernel's, else the newest this machine has
/// @param runFolder for the program's words
public record InterfaceOptions(String name, @Nullable Path wireGuardGo, Path runFolder) {
  public InterfaceOptions {
    boolean fits = !name.isEmpty() && name.length() <= 15;
    for (int i = 0; fits && i < name.length(); i++) {
      char c = name.charAt(i);
      fits = Character.isLetterOrDigit(c) && c < 128 || "_=+.-".indexOf(c) >= 0;
    }
    if (!fits || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException(
          "interface name '" + name + "': needs 1 to 15 of a-z A-Z 0-9 _ = + . -");
    }
  }
}
