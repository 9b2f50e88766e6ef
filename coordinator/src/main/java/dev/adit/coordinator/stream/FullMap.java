package dev.adit.coordinator.stream;

import dev.adit.net.metrics.Readings;

/// Why an agent got a whole map instead of what has changed (control R-REV-4), a sentence each.
enum FullMap {
  NEW("It held none."),
  OLD("The one it held is older than the history that is kept."),
  HISTORY("The one it held is of another history: the database was restored or replaced."),
  WIDE("Something changed that may concern every node."),
  GENERATION("The one it held is of another version of this program."),
  ASKED("It asked for one."),
  OTHER("Anything else.");

  private final String sentence;

  FullMap(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  /// @param reason of [dev.adit.core.coordinator.NetworkView.Resume.Whole]
  static FullMap of(String reason) {
    for (FullMap full : values()) {
      if (Readings.label(full).equals(reason)) {
        return full;
      }
    }
    return OTHER;
  }
}
