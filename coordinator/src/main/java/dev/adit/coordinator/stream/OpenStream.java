package dev.adit.coordinator.stream;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// One stream after its `hello`. Confined to the hub thread.
final class OpenStream {
  final MachineConnection peer;
  final String instance;

  /// Newer streams have higher numbers, also after a restart (control R-DB-5).
  final long number;

  /// The machine's node in each network it hears of.
  final Map<UUID, UUID> nodes = new HashMap<>();

  int failedJoins;
  int maps;
  long mapsSince;
  boolean ended;

  OpenStream(MachineConnection peer, String instance, long number) {
    this.peer = peer;
    this.instance = instance;
    this.number = number;
  }
}
