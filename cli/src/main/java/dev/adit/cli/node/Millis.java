package dev.adit.cli.node;

/// How round trip times look to people: `12.034 ms`.
final class Millis {
  private Millis() {}

  static String text(long micros) {
    return micros / 1_000 + "." + Long.toString(1_000 + micros % 1_000).substring(1) + " ms";
  }
}
