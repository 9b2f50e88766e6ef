package dev.adit.core.stun;

import dev.adit.wire.Endpoint;

/// What a STUN server sends.
///
/// @param from the address and port of ours that it must leave from
/// @param to where it goes
public record StunAnswer(byte[] bytes, Endpoint from, Endpoint to) {}
