package dev.adit.coordinator.identity;

import dev.adit.net.files.StateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One private key in force and those that it replaced, while these still count (control §1):
///
///     NAME.key                 in force
///     NAME-until-SECONDS.key   a former one, and when it ends, seconds since 1970
///
/// A replaced key gets its second name before the new one takes its first: whatever a power cut
/// leaves, no key that somebody knows is lost. Confined to one thread.
final class KeyRing {
  private static final int KEY_BYTES = 32;

  private final Path folder;
  private final String name;
  private final Pattern formerName;
  private byte[] current;
  private final List<Former> former = new ArrayList<>(); // newest first

  /// @param until seconds since 1970
  private record Former(byte[] seed, long until, Path file) {}

  private KeyRing(Path folder, String name, byte[] current) {
    this.folder = folder;
    this.name = name;
    this.current = current;
    formerName = Pattern.compile(Pattern.quote(name) + "-until-(\\d{1,12})\\.key");
  }

  /// Reads what is there; makes a key if there is none.
  static KeyRing open(Path folder, String name, RandomGenerator random) throws IOException {
    byte[] current = KeyFiles.readOrMake(folder.resolve(name + ".key"), random);
    var ring = new KeyRing(folder, name, current);
    ring.readFormer();
    return ring;
  }

  private void readFormer() throws IOException {
    try (var files = Files.newDirectoryStream(folder, name + "-until-*.key")) {
      for (Path file : files) {
        Matcher until = formerName.matcher(file.getFileName().toString());
        byte[] seed = until.matches() ? KeyFiles.readIfPresent(file) : null;
        if (seed != null && Arrays.equals(seed, current)) {
          // A power cut between the two steps of `replace` left one key under both names. Were the
          // file to stay, a key that is replaced and dropped later would come back with it.
          Files.delete(file);
        } else if (seed != null) {
          former.add(new Former(seed, Long.parseLong(until.group(1)), file));
        }
      }
    }
    former.sort(Comparator.comparingLong(Former::until).reversed());
  }

  /// The key in force, then the former ones that still count, newest first.
  List<byte[]> seeds() {
    var seeds = new ArrayList<byte[]>(List.of(current));
    former.forEach(key -> seeds.add(key.seed));
    return seeds;
  }

  /// Puts a new key in force; the present one counts until then, seconds since 1970.
  void replace(long end, RandomGenerator random) throws IOException {
    long until = end;
    while (Files.exists(former(until))) {
      until++; // another one was replaced within this second
    }
    Path file = former(until);
    StateFiles.write(file, KeyFiles.line(current));
    byte[] fresh = new byte[KEY_BYTES];
    random.nextBytes(fresh);
    StateFiles.write(folder.resolve(name + ".key"), KeyFiles.line(fresh));
    former.addFirst(new Former(current, until, file));
    current = fresh;
  }

  private Path former(long until) {
    return folder.resolve(name + "-until-" + until + ".key");
  }

  /// Removes the former keys beyond the newest `most` of them, and those that have ended.
  ///
  /// @return false if there was none
  boolean retire(int most, long nowSeconds) throws IOException {
    boolean any = false;
    for (int i = former.size() - 1; i >= 0; i--) {
      if (i >= most || former.get(i).until <= nowSeconds) {
        Files.deleteIfExists(former.remove(i).file);
        any = true;
      }
    }
    return any;
  }
}
