package dev.adit.core.coordinator;

import java.util.UUID;

/// One step of a network's history (control R-REV-1). Immutable.
///
/// @param revision of the network after it
/// @param text JSON array such as `[{"kind":"node","id":"NODE"}]`; hashed exactly as stored
/// @param digest of the history up to here, 32 bytes
/// @param at seconds since 1970
public record ChangeRow(UUID network, long revision, String text, byte[] digest, long at) {}
