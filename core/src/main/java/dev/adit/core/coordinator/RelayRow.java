package dev.adit.core.coordinator;

import dev.adit.crypto.PublicKey;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One relay as its row says. Immutable.
///
/// @param key its DERP server key; decides which relay it is, so that its id outlives restarts
/// @param description what it says of itself, JSON
/// @param network the one it serves; null for all
/// @param issuedAt of its record, seconds since 1970
/// @param notAfter of its record, at most 7 days later (control §5.1)
public record RelayRow(
    UUID id,
    PublicKey key,
    boolean live,
    long serial,
    String description,
    @Nullable UUID network,
    long issuedAt,
    long notAfter) {
  /// Whether members of a network are told of it.
  public boolean serves(UUID id) {
    return live && (network == null || network.equals(id));
  }

  /// The same content, issued anew with a serial above `held`, which somebody has seen.
  public RelayRow above(long held, long nowSeconds) {
    long next = Serials.next(held, nowSeconds);
    long end = nowSeconds + RelayChoosing.RECORD_SECONDS;
    return new RelayRow(id, key, live, next, description, network, nowSeconds, end);
  }
}
