package dev.adit.derp;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.Derp;
import org.jspecify.annotations.Nullable;

/// What a client says of itself, and which relay it takes. Immutable.
///
/// @param meshKey the 32 bytes that the relays of a region share, for the rights of a mesh peer;
///   null for an ordinary client. Never printed
/// @param isProber whether it only watches over relays
/// @param canAckPings whether it answers the relay's pings; the client then does so by itself
/// @param appName a label for the relay's statistics; empty for none
/// @param serverKey the key the relay must have; null to take any
/// @param permit a node's record, for a relay of ours that was not told of it; null for none
public record DerpOptions(
    byte @Nullable [] meshKey,
    boolean isProber,
    boolean canAckPings,
    String appName,
    @Nullable PublicKey serverKey,
    @Nullable String permit) {
  /// An ordinary client, of any relay.
  public static final DerpOptions DEFAULT = new DerpOptions(null, false, true, "", null, null);

  public DerpOptions {
    if (meshKey != null && meshKey.length != 32) {
      throw new IllegalArgumentException("DERP mesh key: " + meshKey.length + " bytes, needs 32");
    }
  }

  public DerpOptions withMeshKey(byte @Nullable [] key) {
    return new DerpOptions(key, isProber, canAckPings, appName, serverKey, permit);
  }

  public DerpOptions withServerKey(@Nullable PublicKey key) {
    return new DerpOptions(meshKey, isProber, canAckPings, appName, key, permit);
  }

  public DerpOptions withPermit(@Nullable String record) {
    return new DerpOptions(meshKey, isProber, canAckPings, appName, serverKey, record);
  }

  public DerpOptions asProber() {
    return new DerpOptions(meshKey, true, canAckPings, appName, serverKey, permit);
  }

  ClientInfo info() {
    return new ClientInfo(meshKey, Derp.VERSION, canAckPings, isProber, appName).withPermit(permit);
  }

  @Override
  public String toString() {
    return "DerpOptions[appName=" + appName + ", isProber=" + isProber + "]";
  }
}
