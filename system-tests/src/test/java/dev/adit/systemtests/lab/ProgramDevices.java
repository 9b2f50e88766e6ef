package dev.adit.systemtests.lab;

import dev.adit.net.Clock;
import dev.adit.net.linux.WireGuardDevice;
import dev.adit.net.linux.WireGuardGo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The suite of all devices on a program's, in the namespace where it is run: `PROGRAM`.
public final class ProgramDevices {
  private static final String NAME = "program0";

  private ProgramDevices() {}

  public static void main(String[] arguments) throws IOException {
    Path log = Files.createTempFile("program-devices", ".log");
    try (var program = WireGuardGo.start(Path.of(arguments[0]), NAME, log);
        WireGuardDevice device = program.device(NAME, Clock.SYSTEM)) {
      DeviceSuite.run(device);
    }
  }
}
