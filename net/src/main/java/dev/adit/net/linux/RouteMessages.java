package dev.adit.net.linux;

import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// The requests of route netlink that we make (linux-wireguard-control §4), as bytes.
final class RouteMessages {
  static final int NEW_LINK = 16;
  static final int DELETE_LINK = 17;
  static final int GET_LINK = 18;
  static final int NEW_ADDRESS = 20;
  static final int DELETE_ADDRESS = 21;
  static final int GET_ADDRESS = 22;
  static final int NEW_ROUTE = 24;
  static final int DELETE_ROUTE = 25;
  static final int GET_ROUTE = 26;

  static final int REQUEST = 1;
  static final int REQUEST_ACK = 5;
  static final int REQUEST_DUMP = 0x301;

  private static final int CREATE_EXCL = 0x600;
  private static final int CREATE_REPLACE = 0x500;

  /// Of the routes that the kernel makes for IPv6 prefixes; of IPv4 ones it is 0.
  private static final int PRIORITY_V6 = 256;

  private static final int NODAD = 2;
  private static final int TABLE_MAIN = 254;
  private static final int SCOPE_UNIVERSE = 0;
  private static final int SCOPE_LINK = 253;
  private static final int UNICAST = 1;

  private RouteMessages() {}

  /// Brings a link up and sets its MTU; 0 leaves the MTU as it is.
  static byte[] linkUp(int sequence, int index, int mtu) {
    var message = link(NEW_LINK, REQUEST_ACK, sequence, index, 1);
    return (mtu == 0 ? message : message.attributeU32(4, mtu)).message();
  }

  static byte[] createWireGuard(int sequence, String name) {
    return link(NEW_LINK, REQUEST_ACK | CREATE_EXCL, sequence, 0, 0)
        .attributeText(3, name)
        .nested(18, info -> info.attributeText(1, "wireguard"))
        .message();
  }

  static byte[] linkDown(int sequence, int index) {
    // ifinfomsg: family, pad, type, index, flags, change: IFF_UP is to be 0
    return new NetlinkWriter(NEW_LINK, REQUEST_ACK, sequence)
        .u8s(0, 0, 0, 0)
        .u32(index)
        .u32(0)
        .u32(1)
        .message();
  }

  static byte[] deleteLink(int sequence, int index) {
    return link(DELETE_LINK, REQUEST_ACK, sequence, index, 0).message();
  }

  static byte[] links(int sequence) {
    return link(GET_LINK, REQUEST_DUMP, sequence, 0, 0).message();
  }

  static byte[] linkNamed(int sequence, String name) {
    return link(GET_LINK, REQUEST_ACK, sequence, 0, 0).attributeText(3, name).message();
  }

  private static NetlinkWriter link(int type, int flags, int sequence, int index, int up) {
    // ifinfomsg: family, pad, type, index, flags, change
    return new NetlinkWriter(type, flags, sequence).u8s(0, 0, 0, 0).u32(index).u32(up).u32(up);
  }

  /// @param length of the prefix, for which the kernel makes a route itself
  static byte[] addAddress(int sequence, int index, IpAddress address, int length) {
    return address(NEW_ADDRESS, REQUEST_ACK | CREATE_EXCL, sequence, index, address, length);
  }

  static byte[] deleteAddress(int sequence, int index, IpAddress address, int length) {
    return address(DELETE_ADDRESS, REQUEST_ACK, sequence, index, address, length);
  }

  private static byte[] address(
      int type, int flags, int sequence, int index, IpAddress address, int length) {
    // ifaddrmsg: family, prefix length, flags, scope, index. No duplicate address detection: it
    // takes a second, and nobody could answer it on a WireGuard interface.
    int nodad = address.isV6() ? NODAD : 0;
    var message =
        new NetlinkWriter(type, flags, sequence)
            .u8s(family(address), length, nodad, 0)
            .u32(index)
            .attribute(2, address.bytes())
            .attribute(1, address.bytes());
    return (nodad == 0 ? message : message.attributeU32(8, nodad)).message();
  }

  static byte[] addresses(int sequence) {
    return new NetlinkWriter(GET_ADDRESS, REQUEST_DUMP, sequence).u8s(0, 0, 0, 0).u32(0).message();
  }

  /// @param protocol our own number, by which we know our routes again
  static byte[] addRoute(int sequence, Prefix destination, int index, int protocol) {
    return route(NEW_ROUTE, REQUEST_ACK | CREATE_EXCL, sequence, destination, index, protocol)
        .message();
  }

  /// Puts a route in the place of the one to the same prefix, also of one that the kernel made for
  /// an address.
  ///
  /// @param source of packets that have none yet; null: the kernel chooses
  /// @param mtu of IP packets
  static byte[] replaceRoute(
      int sequence,
      Prefix destination,
      int index,
      int protocol,
      @Nullable IpAddress source,
      int mtu) {
    var message =
        route(NEW_ROUTE, REQUEST_ACK | CREATE_REPLACE, sequence, destination, index, protocol);
    if (destination.address().isV6()) {
      message.attributeU32(6, PRIORITY_V6);
    }
    if (source != null) {
      message.attribute(7, source.bytes());
    }
    return message.nested(8, metrics -> metrics.attributeU32(2, mtu)).message();
  }

  static byte[] deleteRoute(int sequence, Prefix destination, int index, int protocol) {
    return route(DELETE_ROUTE, REQUEST_ACK, sequence, destination, index, protocol).message();
  }

  private static NetlinkWriter route(
      int type, int flags, int sequence, Prefix destination, int index, int protocol) {
    // rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags
    int scope = destination.address().isV4() ? SCOPE_LINK : SCOPE_UNIVERSE;
    var message =
        new NetlinkWriter(type, flags, sequence)
            .u8s(family(destination.address()), destination.length(), 0, 0)
            .u8s(TABLE_MAIN, protocol, scope, UNICAST)
            .u32(0);
    if (destination.length() > 0) {
      message.attribute(1, destination.address().bytes());
    }
    return message.attributeU32(4, index);
  }

  static byte[] routes(int sequence) {
    return new NetlinkWriter(GET_ROUTE, REQUEST_DUMP, sequence)
        .u8s(0, 0, 0, 0, 0, 0, 0, 0)
        .u32(0)
        .message();
  }

  /// Which route a packet to `destination` would take.
  static byte[] routeTo(int sequence, IpAddress destination) {
    return new NetlinkWriter(GET_ROUTE, REQUEST, sequence)
        .u8s(family(destination), destination.isV4() ? 32 : 128, 0, 0, 0, 0, 0, 0)
        .u32(0)
        .attribute(1, destination.bytes())
        .message();
  }

  static int family(IpAddress address) {
    return address.isV4() ? Sockets.INET : Sockets.INET6;
  }
}
