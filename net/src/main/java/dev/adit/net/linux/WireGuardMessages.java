package dev.adit.net.linux;

import dev.adit.crypto.PrivateKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// The requests of generic netlink's family `wireguard` (linux-wireguard-control §3), as bytes.
final class WireGuardMessages {
  /// As `family` of a request to the family of families.
  static final int CONTROLLER = 0x10;

  /// Of the peers in a request, beside which there are some 70 bytes of the device: nested lengths
  /// are 16 bits, and the kernel's own limit is not far above.
  static final int MAX_BYTES = 16 * 1024;

  /// Of one peer in one request; IPv6 takes 40 bytes each.
  static final int MAX_ALLOWED_IPS = 300;

  static final int GENERIC_HEADER = 4;

  // Commands.
  private static final int GET_FAMILY = 3;
  private static final int GET_DEVICE = 0;
  private static final int SET_DEVICE = 1;

  // Attributes of the device.
  static final int DEVICE_PRIVATE_KEY = 3;
  static final int DEVICE_LISTEN_PORT = 6;
  static final int DEVICE_PEERS = 8;
  private static final int DEVICE_NAME = 2;
  private static final int DEVICE_FLAGS = 5;
  private static final int REPLACE_PEERS = 1;

  // Of a peer.
  static final int PEER_KEY = 1;
  static final int PEER_ENDPOINT = 4;
  static final int PEER_HANDSHAKE = 6;
  static final int PEER_RECEIVED = 7;
  static final int PEER_SENT = 8;
  static final int PEER_ALLOWED_IPS = 9;
  private static final int PEER_FLAGS = 3;
  private static final int PEER_KEEPALIVE = 5;
  private static final int REMOVE = 1;
  private static final int REPLACE_ALLOWED_IPS = 2;
  private static final int UPDATE_ONLY = 4;

  // Of an allowed IP.
  static final int ALLOWED_FAMILY = 1;
  static final int ALLOWED_ADDRESS = 2;
  static final int ALLOWED_LENGTH = 3;

  /// Of an element in a list of peers or allowed IPs.
  private static final int ELEMENT = 0;

  private WireGuardMessages() {}

  /// Which number the family `wireguard` has.
  static byte[] family(int sequence) {
    return generic(CONTROLLER, RouteMessages.REQUEST_ACK, sequence, GET_FAMILY)
        .attributeText(2, "wireguard")
        .message();
  }

  static byte[] read(int sequence, int family, String name) {
    int flags = RouteMessages.REQUEST_ACK | RouteMessages.REQUEST_DUMP;
    return generic(family, flags, sequence, GET_DEVICE).attributeText(DEVICE_NAME, name).message();
  }

  /// The requests that carry out a change, in this order; each is given its sequence number. Only
  /// the first one holds what is the device's, and only the first that names a peer holds what is
  /// not a list of it.
  static List<IntFunction<byte[]>> change(int family, String name, WireGuardChange change) {
    List<IntFunction<byte[]>> requests = new ArrayList<>();
    List<byte[]> peers = new ArrayList<>();
    int size = 0;
    for (byte[] part : parts(change)) {
      if (size + part.length > MAX_BYTES) {
        requests.add(request(family, name, change, requests.isEmpty(), List.copyOf(peers)));
        peers.clear();
        size = 0;
      }
      peers.add(part);
      size += part.length;
    }
    if (!peers.isEmpty() || requests.isEmpty()) {
      requests.add(request(family, name, change, requests.isEmpty(), List.copyOf(peers)));
    }
    return requests;
  }

  private static IntFunction<byte[]> request(
      int family, String name, WireGuardChange change, boolean first, List<byte[]> peers) {
    return sequence -> {
      NetlinkWriter request =
          generic(family, RouteMessages.REQUEST_ACK, sequence, SET_DEVICE)
              .attributeText(DEVICE_NAME, name);
      if (first) {
        device(request, change);
      }
      if (!peers.isEmpty()) {
        request.nested(DEVICE_PEERS, list -> peers.forEach(list::attributes));
      }
      return request.message();
    };
  }

  private static void device(NetlinkWriter request, WireGuardChange change) {
    PrivateKey key = change.privateKey;
    if (key != null) {
      request.attribute(DEVICE_PRIVATE_KEY, key.bytes());
    }
    if (change.listenPort >= 0) {
      request.attributeU16(DEVICE_LISTEN_PORT, change.listenPort);
    }
    if (change.replacePeers) {
      request.attributeU32(DEVICE_FLAGS, REPLACE_PEERS);
    }
  }

  /// The elements of the list of peers; one that is allowed many addresses has several.
  private static List<byte[]> parts(WireGuardChange change) {
    List<byte[]> parts = new ArrayList<>();
    for (WireGuardChange.PeerChange peer : change.peers) {
      List<Prefix> allowed = peer.allowedIps() == null ? List.of() : peer.allowedIps();
      int from = 0;
      do {
        int to = Math.min(allowed.size(), from + MAX_ALLOWED_IPS);
        List<Prefix> some = allowed.subList(from, to);
        boolean first = from == 0;
        parts.add(
            NetlinkWriter.written(
                list -> list.nested(ELEMENT, element -> peer(element, peer, first, some))));
        from = to;
      } while (from < allowed.size());
    }
    return parts;
  }

  private static void peer(
      NetlinkWriter element,
      WireGuardChange.PeerChange peer,
      boolean first,
      List<Prefix> allowedIps) {
    element.attribute(PEER_KEY, peer.key().bytes());
    if (peer.remove()) {
      element.attributeU32(PEER_FLAGS, REMOVE);
      return;
    }
    Endpoint endpoint = peer.endpoint();
    if (first && endpoint != null) {
      element.attribute(PEER_ENDPOINT, socketAddress(endpoint));
    }
    if (first && peer.keepaliveSeconds() >= 0) {
      element.attributeU16(PEER_KEEPALIVE, peer.keepaliveSeconds());
    }
    int flags = peer.updateOnly() ? UPDATE_ONLY : 0;
    if (first && peer.allowedIps() != null) {
      flags |= REPLACE_ALLOWED_IPS;
    }
    if (flags != 0) {
      element.attributeU32(PEER_FLAGS, flags);
    }
    if (!allowedIps.isEmpty()) {
      element.nested(
          PEER_ALLOWED_IPS,
          list ->
              allowedIps.forEach(allowed -> list.nested(ELEMENT, each -> allowed(each, allowed))));
    }
  }

  private static void allowed(NetlinkWriter element, Prefix allowed) {
    IpAddress address = allowed.address();
    element
        .attributeU16(ALLOWED_FAMILY, RouteMessages.family(address))
        .attribute(ALLOWED_ADDRESS, address.bytes())
        .attributeU8(ALLOWED_LENGTH, allowed.length());
  }

  /// `sockaddr_in` or `sockaddr_in6`: the family in the host's order, the port in the network's.
  private static byte[] socketAddress(Endpoint endpoint) {
    IpAddress address = endpoint.address();
    ByteBuffer bytes = ByteBuffer.allocate(address.isV4() ? 16 : 28).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort((short) RouteMessages.family(address));
    bytes.order(ByteOrder.BIG_ENDIAN).putShort((short) endpoint.port());
    bytes.position(address.isV4() ? 4 : 8).put(address.bytes());
    return bytes.array();
  }

  private static NetlinkWriter generic(int family, int flags, int sequence, int command) {
    // genlmsghdr: command, version, reserved
    return new NetlinkWriter(family, flags, sequence).u8s(command, 1, 0, 0);
  }
}
