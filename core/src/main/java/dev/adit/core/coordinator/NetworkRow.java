package dev.adit.core.coordinator;

import java.util.UUID;

/// One network as its row says. Immutable.
///
/// @param name at most 63 characters, for people and refusals
/// @param revision the number of changes so far
/// @param digest of the whole history up to `revision` (control R-REV-2), 32 bytes
public record NetworkRow(UUID id, String name, AddressPlan plan, long revision, byte[] digest) {}
