package dev.adit.core.admission;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Admits the keys of a list, all of which may talk to each other (relay-rung §7.4, stand-alone
/// relay). Thread-safe: the list is replaced as a whole, under a lock that only replacing takes.
///
/// As text: one WireGuard key in base64 a line; what follows `#` is a comment.
public final class AllowList implements Admission {
  private volatile Set<PublicKey> keys;
  private volatile @Nullable Consumer<Set<PublicKey>> listener;

  public AllowList(Set<PublicKey> keys) {
    this.keys = Set.copyOf(keys);
  }

  /// @throws MalformedException naming the first line that holds no key
  public static Set<PublicKey> parse(String text) throws MalformedException {
    var keys = new HashSet<PublicKey>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      int comment = line.indexOf('#');
      String word = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (!word.isEmpty()) {
        keys.add(key(word, number));
      }
    }
    return keys;
  }

  private static PublicKey key(String word, int line) throws MalformedException {
    PublicKey key;
    try {
      key = PublicKey.of(Text.parseWireGuardKey(word));
    } catch (MalformedException e) {
      throw new MalformedException(
          "allow list, line " + line + ": not a WireGuard public key of 44 characters of base64");
    }
    if (!key.isUsable()) {
      throw new MalformedException("allow list, line " + line + ": no key can have this value");
    }
    return key;
  }

  /// Replaces the list; if `text` is bad, the old one stays.
  public void reload(String text) throws MalformedException {
    replace(parse(text));
  }

  /// Replaces the list, and tells which keys are no longer on it.
  public void replace(Set<PublicKey> newKeys) {
    var gone = new HashSet<PublicKey>();
    synchronized (this) {
      gone.addAll(keys);
      keys = Set.copyOf(newKeys);
      gone.removeAll(keys);
    }
    var told = listener;
    if (told != null && !gone.isEmpty()) {
      told.accept(gone);
    }
  }

  public int size() {
    return keys.size();
  }

  @Override
  public boolean admits(PublicKey key) {
    return keys.contains(key);
  }

  @Override
  public boolean allows(PublicKey a, PublicKey b) {
    var now = keys;
    return now.contains(a) & now.contains(b);
  }

  @Override
  public void onRevoked(Consumer<Set<PublicKey>> listener) {
    this.listener = listener;
  }
}
