package dev.adit.coordinator.api;

import dev.adit.crypto.ConstantTime;
import dev.adit.crypto.Hash;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.AdminToken;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The admin tokens that are good now, as SHA-256 of their secrets (control R-ADM-4). Thread-safe.
public final class AdminTokens {
  private static final String SCHEME = "Bearer ";

  private final Map<String, byte[]> hashes;

  /// @param hashes token id to SHA-256 of its secret
  public AdminTokens(Map<String, byte[]> hashes) {
    this.hashes = new ConcurrentHashMap<>(hashes);
  }

  /// True for `Bearer <id>.<secret>` of a good token; the secret is compared in constant time.
  public boolean allow(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    String credentials = authorization.substring(SCHEME.length()).strip();
    int dot = credentials.indexOf('.');
    byte[] hash = dot < 0 ? null : hashes.get(credentials.substring(0, dot));
    if (hash == null) {
      return false;
    }
    try {
      byte[] secret = Text.parseB64(credentials.substring(dot + 1), AdminToken.SECRET_BYTES);
      return ConstantTime.equal(hash, Hash.sha256(secret));
    } catch (MalformedException e) {
      return false;
    }
  }

  /// From now on the token is refused.
  public void revoked(String id) {
    hashes.remove(id);
  }
}
