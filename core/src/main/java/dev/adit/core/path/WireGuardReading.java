package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// What WireGuard says of one peer.
///
/// @param endpoint where it sends; null for the peer's loopback endpoint E(p), and for none
/// @param receivedBytes authentic ones, since the interface was made
public record WireGuardReading(
    PublicKey peer, @Nullable Endpoint endpoint, long receivedBytes, long sentBytes) {}
