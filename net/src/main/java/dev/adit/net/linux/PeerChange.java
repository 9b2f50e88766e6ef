package dev.adit.net.linux;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A change of one peer of a WireGuard device. Immutable.
public sealed interface PeerChange {
  PublicKey publicKey();

  /// Adds the peer, or changes it. What is null stays as it is.
  ///
  /// @param updateOnly leave a device without this peer as it is
  /// @param presharedKey 32 bytes; zeros remove
  /// @param keepaliveSeconds 0 to 65535, 0 for off
  /// @param allowedIps replace those the peer has; one that belongs to another peer moves here
  record Upsert(
      PublicKey publicKey,
      boolean updateOnly,
      byte @Nullable [] presharedKey,
      @Nullable Endpoint endpoint,
      @Nullable Integer keepaliveSeconds,
      @Nullable List<Prefix> allowedIps)
      implements PeerChange {
    public Upsert {
      if (presharedKey != null && presharedKey.length != 32) {
        throw new IllegalArgumentException("preshared key: needs 32 bytes");
      }
      if (keepaliveSeconds != null && (keepaliveSeconds < 0 || keepaliveSeconds > 0xffff)) {
        throw new IllegalArgumentException("keepalive of " + keepaliveSeconds + " s");
      }
    }

    public Upsert withPresharedKey(byte[] key) {
      return new Upsert(publicKey, updateOnly, key, endpoint, keepaliveSeconds, allowedIps);
    }

    public Upsert withEndpoint(Endpoint at) {
      return new Upsert(publicKey, updateOnly, presharedKey, at, keepaliveSeconds, allowedIps);
    }

    public Upsert withKeepalive(int seconds) {
      return new Upsert(publicKey, updateOnly, presharedKey, endpoint, seconds, allowedIps);
    }

    public Upsert withAllowedIps(List<Prefix> prefixes) {
      return new Upsert(
          publicKey, updateOnly, presharedKey, endpoint, keepaliveSeconds, List.copyOf(prefixes));
    }

    /// Never prints the preshared key.
    @Override
    public String toString() {
      return "Upsert["
          + publicKey
          + (updateOnly ? ", if there" : "")
          + (endpoint == null ? "" : ", " + endpoint)
          + (allowedIps == null ? "" : ", " + allowedIps)
          + "]";
    }
  }

  /// Removes the peer; a device without it stays as it is.
  record Remove(PublicKey publicKey) implements PeerChange {}

  /// Adds the peer if it is not there.
  static Upsert upsert(PublicKey key) {
    return new Upsert(key, false, null, null, null, null);
  }

  /// Changes the peer if it is there.
  static Upsert update(PublicKey key) {
    return new Upsert(key, true, null, null, null, null);
  }

  static PeerChange remove(PublicKey key) {
    return new Remove(key);
  }
}
