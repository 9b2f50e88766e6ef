package dev.adit.core.coordinator;

import dev.adit.crypto.ConstantTime;
import dev.adit.crypto.Hash;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One join key as its row says; the secret itself is nowhere (control R-JOIN-2). Immutable.
///
/// @param id its 8 public characters
/// @param network for which network; null is for every one, of relays only
/// @param secretHash SHA-256 of the secret
/// @param expiresAt seconds since 1970; it is good before that second
/// @param revokedAt seconds since 1970; 0 if it was not
public record JoinKeyRow(
    String id,
    @Nullable UUID network,
    Kind kind,
    byte[] secretHash,
    int uses,
    int maxUses,
    long createdAt,
    long expiresAt,
    long revokedAt) {

  /// What may join with it.
  public enum Kind {
    NODE("node"),
    RELAY("relay");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /// As in the database, the API and refusals.
    public String text() {
      return text;
    }

    public static Kind of(String text) {
      for (Kind kind : values()) {
        if (kind.text.equals(text)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("kind of join key: " + text);
    }
  }

  /// Compares in constant time.
  public boolean hasSecret(byte[] secret) {
    return ConstantTime.equal(secretHash, Hash.sha256(secret));
  }

  /// Why nobody can join with it any more: revoked, expired, used, in this order; null if one can.
  public @Nullable Refusal ended(long nowSeconds) {
    if (revokedAt != 0) {
      return Refusal.keyRevoked(id);
    }
    if (expiresAt <= nowSeconds) {
      return Refusal.keyExpired(id, expiresAt);
    }
    return uses >= maxUses ? Refusal.keyUsed(id, uses, maxUses) : null;
  }

  public JoinKeyRow usedOnceMore() {
    return new JoinKeyRow(
        id, network, kind, secretHash, uses + 1, maxUses, createdAt, expiresAt, revokedAt);
  }

  public JoinKeyRow revoked(long nowSeconds) {
    return new JoinKeyRow(
        id, network, kind, secretHash, uses, maxUses, createdAt, expiresAt, nowSeconds);
  }
}
