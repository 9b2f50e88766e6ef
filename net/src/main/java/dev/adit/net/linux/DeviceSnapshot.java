package dev.adit.net.linux;

import dev.adit.crypto.ConstantTime;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.Prefix;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a WireGuard device says about itself. Immutable.
///
/// @param listenPort 0 before one was chosen
/// @param mark firewall mark, 0 for none
public record DeviceSnapshot(KeyBytes key, int listenPort, int mark, Map<PublicKey, Peer> peers) {
  /// One peer.
  ///
  /// @param endpoint where its packets go; null while unknown
  /// @param keepaliveSeconds 0 for none
  /// @param lastHandshake by the wall clock; null for never
  /// @param receivedBytes authenticated WireGuard messages, headers included
  /// @param sentBytes everything sent
  public record Peer(
      PublicKey publicKey,
      boolean hasPresharedKey,
      @Nullable Endpoint endpoint,
      int keepaliveSeconds,
      @Nullable Instant lastHandshake,
      long receivedBytes,
      long sentBytes,
      List<Prefix> allowedIps) {}

  /// The device's private key as read, so that reading a device once a second costs no curve
  /// arithmetic; prints as nothing.
  static final class KeyBytes {
    static final KeyBytes NONE = new KeyBytes(new byte[0]);

    private final byte[] bytes; // 32, or none

    KeyBytes(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof KeyBytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return bytes.length;
    }

    @Override
    public String toString() {
      return bytes.length == 0 ? "none" : "PrivateKey[…]";
    }
  }

  public boolean hasPrivateKey(PrivateKey key) {
    return ConstantTime.equal(this.key.bytes, key.bytes());
  }

  /// True before a private key was set.
  public boolean isUnconfigured() {
    return key.bytes.length == 0;
  }
}
