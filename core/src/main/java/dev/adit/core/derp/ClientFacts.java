package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/// What a relay knows of one of its connections, for whoever runs it. Traffic counts data bytes of
/// packets, and may lag by a moment.
///
/// @param remote null if unknown
/// @param connectedAt nanoseconds on the relay's clock
/// @param active whether packets for the key come to this connection
/// @param home whether the client calls this relay its home
/// @param meshPeer whether it has shown the region's mesh key
/// @param appName what the client calls itself, at most 64 characters
public record ClientFacts(
    PublicKey key,
    @Nullable Endpoint remote,
    long connectedAt,
    boolean active,
    boolean home,
    boolean meshPeer,
    boolean prober,
    boolean ideal,
    boolean watching,
    String appName,
    long packetsReceived,
    long bytesReceived,
    long packetsSent,
    long bytesSent) {}
