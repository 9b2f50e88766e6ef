package dev.adit.systemtests.lab;

import java.io.IOException;

/// Something that goes wrong on purpose, and how it is put right again.
///
/// @param end what whoever looks after the machine would do, or the network by itself
record Disturbance(String name, Step begin, Step end) {
  interface Step {
    void run() throws IOException;
  }
}
