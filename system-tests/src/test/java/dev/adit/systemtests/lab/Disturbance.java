package dev.adit.systemtests.lab;

import java.io.IOException;

/// Something that goes wrong on purpose, and how it is put right again.
///
/// @param lasts false if it is over as soon as it has begun; what follows is up to the programs
/// @param end what whoever looks after the machine would do, or the network by itself
record Disturbance(String name, boolean lasts, Step begin, Step end) {
  static Disturbance atOnce(String name, Step step) {
    return new Disturbance(name, false, step, () -> {});
  }

  static Disturbance lasting(String name, Step begin, Step end) {
    return new Disturbance(name, true, begin, end);
  }

  interface Step {
    void run() throws IOException;
  }
}
