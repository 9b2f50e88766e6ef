package dev.adit.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Cuts a stream of bytes as a network might, so that a test can show that it does not matter.
public final class Pieces {
  private Pieces() {}

  /// Pieces of random lengths, short ones and long ones; the same for the same bytes.
  public static List<byte[]> of(byte[] stream) {
    var random = new Random(Arrays.hashCode(stream));
    int most = 1 << random.nextInt(10);
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < stream.length; ) {
      int end = Math.min(stream.length, at + 1 + random.nextInt(most));
      pieces.add(Arrays.copyOfRange(stream, at, end));
      at = end;
    }
    return pieces;
  }

  /// The worst case.
  public static List<byte[]> ofOneByte(byte[] stream) {
    List<byte[]> pieces = new ArrayList<>(stream.length);
    for (byte one : stream) {
      pieces.add(new byte[] {one});
    }
    return pieces;
  }
}
