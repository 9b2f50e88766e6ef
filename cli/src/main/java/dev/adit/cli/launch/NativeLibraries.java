package dev.adit.cli.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Takes native libraries out of jars while packaging, so that no start has to unpack them into a
/// temporary folder: that costs time, and a folder mounted `noexec` breaks it.
///
/// Arguments: the machine as `uname -m` says, the folder to fill, the jars.
final class NativeLibraries {
  private NativeLibraries() {}

  public static void main(String[] arguments) throws IOException {
    String machine = arguments[0];
    Path folder = Path.of(arguments[1]);
    for (int i = 2; i < arguments.length; i++) {
      try (ZipFile jar = new ZipFile(arguments[i])) {
        extract(jar, machine, folder);
      }
    }
  }

  private static void extract(ZipFile jar, String machine, Path folder) throws IOException {
    for (Enumeration<? extends ZipEntry> all = jar.entries(); all.hasMoreElements(); ) {
      ZipEntry entry = all.nextElement();
      if (isFor(machine, entry.getName())) {
        String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        try (InputStream in = jar.getInputStream(entry)) {
          Files.copy(in, folder.resolve(name));
        }
      }
    }
  }

  /// SQLite sorts by folder, Netty by the file's name (with its own word for ARM).
  static boolean isFor(String machine, String entry) {
    if (!entry.endsWith(".so")) {
      return false;
    }
    String netty = machine.equals("aarch64") ? "aarch_64" : machine;
    return entry.startsWith("org/sqlite/native/Linux/" + machine + "/")
        || (entry.startsWith("META-INF/native/") && entry.endsWith("_" + netty + ".so"));
  }
}
