package dev.adit.net.linux;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the kernel says of a WireGuard device, put together from the parts of a dump
/// (linux-wireguard-control §3.4): the device's own attributes may come more than once, and a peer
/// that is allowed many addresses goes on in the next part. Confined to one thread.
final class KernelReading {
  private static final class Peer {
    private @Nullable Endpoint endpoint;
    private long handshake;
    private long received;
    private long sent;
    private final List<Prefix> allowedIps = new ArrayList<>();
  }

  private static final int V4_BYTES = 16; // sockaddr_in
  private static final int V6_BYTES = 28; // sockaddr_in6

  private @Nullable PublicKey ownKey;
  private int listenPort;
  private final Map<PublicKey, Peer> peers = new LinkedHashMap<>();

  private KernelReading() {}

  /// @throws IOException if a part is not what the kernel would say
  static WireGuardState of(List<NetlinkMessage> parts) throws IOException {
    var reading = new KernelReading();
    for (NetlinkMessage part : parts) {
      part.requireFixed(WireGuardMessages.GENERIC_HEADER)
          .each(WireGuardMessages.GENERIC_HEADER, reading::device);
    }
    List<WireGuardState.Peer> peers = new ArrayList<>(reading.peers.size());
    reading.peers.forEach((key, peer) ->
        peers.add(
            new WireGuardState.Peer(
                key,
                peer.endpoint,
                List.copyOf(peer.allowedIps),
                peer.handshake,
                peer.received,
                peer.sent)));
    return new WireGuardState(reading.ownKey, reading.listenPort, List.copyOf(peers));
  }

  private void device(int type, byte[] data) throws IOException {
    switch (type) {
      case WireGuardMessages.DEVICE_PRIVATE_KEY ->
          ownKey = PrivateKey.of(sized(data, PublicKey.BYTES)).publicKey();
      case WireGuardMessages.DEVICE_LISTEN_PORT ->
          listenPort = Short.toUnsignedInt(little(sized(data, 2)).getShort());
      case WireGuardMessages.DEVICE_PEERS ->
          NetlinkMessage.each(data, (_, element) -> peer(element));
      default -> {}
    }
  }

  private void peer(byte[] data) throws IOException {
    byte[] key = NetlinkMessage.attribute(data, 0, data.length, WireGuardMessages.PEER_KEY);
    if (key == null) {
      throw new IOException("netlink: WireGuard names a peer without its key");
    }
    Peer peer = peers.computeIfAbsent(PublicKey.of(sized(key, PublicKey.BYTES)), _ -> new Peer());
    NetlinkMessage.each(data, (type, value) -> read(peer, type, value));
  }

  private static void read(Peer peer, int type, byte[] data) throws IOException {
    switch (type) {
      case WireGuardMessages.PEER_ENDPOINT -> peer.endpoint = endpoint(data);
      // Seconds, and, but for very old kernels, nanoseconds.
      case WireGuardMessages.PEER_HANDSHAKE -> peer.handshake = atLeast(data, 8).getLong();
      case WireGuardMessages.PEER_RECEIVED -> peer.received = atLeast(data, 8).getLong();
      case WireGuardMessages.PEER_SENT -> peer.sent = atLeast(data, 8).getLong();
      case WireGuardMessages.PEER_ALLOWED_IPS ->
          NetlinkMessage.each(data, (_, value) -> peer.allowedIps.add(prefix(value)));
      default -> {}
    }
  }

  private static Endpoint endpoint(byte[] data) throws IOException {
    int from = data.length == V6_BYTES ? 8 : 4;
    if (data.length != V4_BYTES && data.length != V6_BYTES) {
      throw new IOException("netlink: endpoint of " + data.length + " bytes");
    }
    int port = (data[2] & 0xff) << 8 | data[3] & 0xff;
    int size = data.length == V6_BYTES ? 16 : 4;
    return new Endpoint(IpAddress.of(Arrays.copyOfRange(data, from, from + size)), port);
  }

  private static Prefix prefix(byte[] data) throws IOException {
    byte[] address =
        NetlinkMessage.attribute(data, 0, data.length, WireGuardMessages.ALLOWED_ADDRESS);
    byte[] length =
        NetlinkMessage.attribute(data, 0, data.length, WireGuardMessages.ALLOWED_LENGTH);
    if (address == null || length == null || length.length < 1) {
      throw new IOException("netlink: WireGuard names an allowed IP without address or length");
    }
    if (address.length != 4 && address.length != 16 || (length[0] & 0xff) > 8 * address.length) {
      throw new IOException("netlink: allowed IP of " + address.length + " bytes, /" + length[0]);
    }
    return new Prefix(IpAddress.of(address), length[0] & 0xff);
  }

  private static byte[] sized(byte[] data, int size) throws IOException {
    if (data.length != size) {
      throw new IOException("netlink: " + data.length + " bytes where " + size + " are due");
    }
    return data;
  }

  private static ByteBuffer atLeast(byte[] data, int size) throws IOException {
    if (data.length < size) {
      throw new IOException("netlink: " + data.length + " bytes where " + size + " are due");
    }
    return little(data);
  }

  private static ByteBuffer little(byte[] data) {
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
  }
}
