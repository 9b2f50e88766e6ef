package dev.adit.net.linux;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a WireGuard device said about itself at one moment. Immutable.
///
/// @param privateKey null if none is set
/// @param listenPort 0 if none is set
public record WireGuardState(@Nullable PrivateKey privateKey, int listenPort, List<Peer> peers) {
  /// One peer; the order of peers is arbitrary.
  ///
  /// @param endpoint where its packets go now, or null
  /// @param lastHandshake seconds since 1970, 0 for never
  /// @param receivedBytes authenticated messages, as UDP payload
  /// @param sentBytes everything sent, as UDP payload
  public record Peer(
      PublicKey key,
      @Nullable Endpoint endpoint,
      List<Prefix> allowedIps,
      long lastHandshake,
      long receivedBytes,
      long sentBytes) {}
}
