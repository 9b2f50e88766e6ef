package dev.adit.net.linux;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a WireGuard device said about itself at one moment. Immutable.
///
/// @param ownKey the public key of the private key that it has, null if it has none. The private
///   key itself is not kept: nobody needs it back, and `boringtun` does not say it
/// @param listenPort 0 if none is set
public record WireGuardState(@Nullable PublicKey ownKey, int listenPort, List<Peer> peers) {
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
