package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;

/// A UDP port that answers Binding requests.
///
/// @param signs true for our own relays, whose answers must carry FINGERPRINT (R-STUN-2)
public record StunServer(Endpoint endpoint, boolean signs) {}
