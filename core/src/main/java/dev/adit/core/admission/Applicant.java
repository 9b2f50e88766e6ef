package dev.adit.core.admission;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.derp.ClientInfo;
import org.jspecify.annotations.Nullable;

/// A client that wants to connect to a relay. Immutable.
///
/// @param key proven by the box of its first frame
/// @param address where it comes from, as the front door says; null if that is not known
/// @param info what it says of itself
public record Applicant(PublicKey key, @Nullable IpAddress address, ClientInfo info) {}
