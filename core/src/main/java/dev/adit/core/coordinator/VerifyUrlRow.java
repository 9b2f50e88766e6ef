package dev.adit.core.coordinator;

import java.util.UUID;

/// One verify URL as its row says; its secret is nowhere (relay-rung RR-43). Immutable.
///
/// @param id by which it is revoked; public
/// @param network whose nodes it admits
/// @param secretHash SHA-256 of the secret in the URL
/// @param createdAt seconds since 1970
/// @param revokedAt seconds since 1970; 0 if it was not
public record VerifyUrlRow(
    String id, UUID network, byte[] secretHash, long createdAt, long revokedAt) {
  public boolean isRevoked() {
    return revokedAt != 0;
  }
}
