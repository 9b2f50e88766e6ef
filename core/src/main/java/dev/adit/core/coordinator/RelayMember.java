package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One relay that joined, as its row says. Immutable.
///
/// @param machineKey of its stream
/// @param relayKey its DERP server key, proven
/// @param network the one it serves; null for all
/// @param joinedAt seconds since 1970
public record RelayMember(
    PublicKey machineKey, PublicKey relayKey, @Nullable UUID network, long joinedAt) {
  public boolean serves(UUID id) {
    return network == null || network.equals(id);
  }
}
