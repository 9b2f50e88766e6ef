package dev.adit.net.linux;

import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Links, addresses and routes of this network namespace, by route netlink. Thread-safe, because
/// one call at a time has the socket; each takes microseconds.
///
/// Changes need CAP_NET_ADMIN, reading needs nothing. What the kernel refuses is an
/// [ErrnoException], whose message says what to do.
public final class RouteNetlink implements AutoCloseable {
  /// The protocol number in our routes: by it we know them again.
  public static final int PROTOCOL = 200;

  private static final int LINK_FIXED = 16;
  private static final int ADDRESS_FIXED = 8;
  private static final int ROUTE_FIXED = 12;

  private final NetlinkSocket socket;

  private RouteNetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  public static RouteNetlink open() throws IOException {
    return new RouteNetlink(new NetlinkSocket(NetlinkSocket.ROUTE, 0));
  }

  /// Links what system calls need, which takes 50 ms once: call it on a thread of its own at the
  /// very start.
  public static void preload() {
    Native.preload();
  }

  /// @param kind such as `wireguard`, `tun`, `bridge`, `veth`; empty for hardware and loopback
  public record Link(int index, String name, int mtu, boolean up, boolean loopback, String kind) {}

  /// @param length of the prefix the address lies in
  /// @param temporary made by IPv6 privacy extensions
  /// @param usable neither deprecated nor tentative nor a duplicate
  public record Address(
      int index, IpAddress address, int length, boolean temporary, boolean usable) {}

  /// @param index of the link packets leave by
  /// @param mtu of IP packets to there; 0: the link's
  public record Route(Prefix destination, int index, int mtu) {}

  /// The route a packet would take.
  ///
  /// @param source the address it would carry; null if the kernel does not say
  public record RouteTaken(int index, @Nullable IpAddress source) {}

  public synchronized List<Link> links() throws IOException {
    var links = new ArrayList<Link>();
    for (NetlinkMessage message : socket.query("cannot list links", RouteMessages::links)) {
      links.add(readLink(message));
    }
    return links;
  }

  /// Null if there is none of this name.
  public synchronized @Nullable Link link(String name) throws IOException {
    try {
      var found =
          socket.query(
              "cannot find link " + name, sequence -> RouteMessages.linkNamed(sequence, name));
      return found.isEmpty() ? null : readLink(found.getFirst());
    } catch (ErrnoException e) {
      if (e.isGone()) {
        return null;
      }
      throw e;
    }
  }

  static Link readLink(NetlinkMessage message) throws IOException {
    // ifinfomsg: family 1, pad 1, type 2, index 4, flags 4, change 4
    int flags = message.requireFixed(LINK_FIXED).u32(NetlinkMessage.HEADER + 8);
    byte[] info = message.attribute(LINK_FIXED, 18);
    String kind =
        info == null ? "" : NetlinkMessage.text(NetlinkMessage.attribute(info, 0, info.length, 1));
    return new Link(
        message.u32(NetlinkMessage.HEADER + 4),
        message.attributeText(LINK_FIXED, 3),
        message.attributeU32(LINK_FIXED, 4, 0),
        (flags & 1) != 0,
        (flags & 8) != 0,
        kind);
  }

  /// Makes an interface of the kernel's own WireGuard.
  ///
  /// @throws ErrnoException with EEXIST, or with EOPNOTSUPP where the kernel has no WireGuard
  public synchronized void createWireGuard(String name) throws IOException {
    socket.execute(
        "cannot make the WireGuard interface " + name,
        RouteMessages.createWireGuard(socket.nextSequence(), name));
  }

  /// Brings a link up and sets its MTU; 0 leaves the MTU as it is.
  public synchronized void up(Link link, int mtu) throws IOException {
    socket.execute(
        "cannot bring " + link.name() + " up",
        RouteMessages.linkUp(socket.nextSequence(), link.index(), mtu));
  }

  /// Takes a link down: its routes go, the kernel drops its IPv6 addresses, IPv4 ones stay.
  public synchronized void down(Link link) throws IOException {
    socket.execute(
        "cannot take " + link.name() + " down",
        RouteMessages.linkDown(socket.nextSequence(), link.index()));
  }

  public synchronized void delete(Link link) throws IOException {
    socket.execute(
        "cannot delete " + link.name(),
        RouteMessages.deleteLink(socket.nextSequence(), link.index()));
  }

  public synchronized List<Address> addresses() throws IOException {
    var addresses = new ArrayList<Address>();
    for (NetlinkMessage message : socket.query("cannot list addresses", RouteMessages::addresses)) {
      Address address = readAddress(message);
      if (address != null) {
        addresses.add(address);
      }
    }
    return addresses;
  }

  /// Null for what is no address of ours to use: one odd address must not hide all others.
  static @Nullable Address readAddress(NetlinkMessage message) throws IOException {
    // ifaddrmsg: family 1, prefix length 1, flags 1, scope 1, index 4
    int length = message.requireFixed(ADDRESS_FIXED).u8(NetlinkMessage.HEADER + 1);
    int flags = message.attributeU32(ADDRESS_FIXED, 8, message.u8(NetlinkMessage.HEADER + 2));
    byte[] local = message.attribute(ADDRESS_FIXED, 2);
    byte[] bytes = local != null ? local : message.attribute(ADDRESS_FIXED, 1);
    if (bytes == null || (bytes.length != 4 && bytes.length != 16)) {
      return null;
    }
    IpAddress address = IpAddress.of(bytes);
    if (length > bits(address)) {
      return null;
    }
    boolean temporary = message.u8(NetlinkMessage.HEADER) == 10 && (flags & 0x01) != 0;
    boolean usable = (flags & (0x08 | 0x20 | 0x40)) == 0; // failed, deprecated, tentative
    return new Address(message.u32(NetlinkMessage.HEADER + 4), address, length, temporary, usable);
  }

  private static int bits(IpAddress address) {
    return address.isV4() ? 32 : 128;
  }

  /// Gives a link an address; the kernel adds the route to its prefix. Having it already is fine.
  public synchronized void addAddress(Link link, IpAddress address, int length) throws IOException {
    addUnlessThere(
        "cannot add " + address + "/" + length + " to " + link.name(),
        RouteMessages.addAddress(socket.nextSequence(), link.index(), address, length));
  }

  /// Takes an address away; not having it is fine.
  public synchronized void deleteAddress(Link link, IpAddress address, int length)
      throws IOException {
    deleteIfThere(
        "cannot remove " + address + "/" + length + " from " + link.name(),
        RouteMessages.deleteAddress(socket.nextSequence(), link.index(), address, length));
  }

  /// Sends packets to `destination` out of `link`. Having this route already is fine.
  public synchronized void addRoute(Prefix destination, Link link) throws IOException {
    addUnlessThere(
        "cannot add the route to " + destination + " by " + link.name(),
        RouteMessages.addRoute(socket.nextSequence(), destination, link.index(), PROTOCOL));
  }

  /// Sends packets to `destination` out of `link`, `mtu` bytes long at most. Takes the place of any
  /// route to just this destination, so no packet finds none meanwhile.
  ///
  /// @param source of packets that have none yet; null: the kernel chooses
  public synchronized void replaceRoute(
      Prefix destination, Link link, @Nullable IpAddress source, int mtu) throws IOException {
    socket.execute(
        "cannot set the route to " + destination + " by " + link.name(),
        RouteMessages.replaceRoute(
            socket.nextSequence(), destination, link.index(), PROTOCOL, source, mtu));
  }

  /// Removes a route of ours; not having it is fine.
  public synchronized void deleteRoute(Prefix destination, Link link) throws IOException {
    deleteIfThere(
        "cannot remove the route to " + destination + " by " + link.name(),
        RouteMessages.deleteRoute(socket.nextSequence(), destination, link.index(), PROTOCOL));
  }

  private void addUnlessThere(String what, byte[] request) throws IOException {
    try {
      socket.execute(what, request);
    } catch (ErrnoException e) {
      if (e.errno() != ErrnoException.EEXIST) {
        throw e;
      }
    }
  }

  private void deleteIfThere(String what, byte[] request) throws IOException {
    try {
      socket.execute(what, request);
    } catch (ErrnoException e) {
      if (!e.isGone()) {
        throw e;
      }
    }
  }

  /// The routes that carry our protocol number, of all links.
  public synchronized List<Route> ownRoutes() throws IOException {
    var routes = new ArrayList<Route>();
    for (NetlinkMessage message : socket.query("cannot list routes", RouteMessages::routes)) {
      Route route = readOwnRoute(message);
      if (route != null) {
        routes.add(route);
      }
    }
    return routes;
  }

  /// Null if the route is not ours.
  static @Nullable Route readOwnRoute(NetlinkMessage message) throws IOException {
    // rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags 4
    message.requireFixed(ROUTE_FIXED);
    if (message.u8(NetlinkMessage.HEADER + 5) != PROTOCOL) {
      return null;
    }
    byte[] bytes = message.attribute(ROUTE_FIXED, 1);
    boolean v4 = message.u8(NetlinkMessage.HEADER) == 2;
    IpAddress address = address(bytes != null ? bytes : new byte[v4 ? 4 : 16]);
    int length = message.u8(NetlinkMessage.HEADER + 1);
    if (length > bits(address)) {
      throw new IOException("netlink: prefix length " + length + " of " + address);
    }
    byte[] metrics = message.attribute(ROUTE_FIXED, 8);
    byte[] mtu = metrics == null ? null : NetlinkMessage.attribute(metrics, 0, metrics.length, 2);
    return new Route(
        new Prefix(address, length),
        message.attributeU32(ROUTE_FIXED, 4, 0),
        mtu == null || mtu.length < 4 ? 0 : NetlinkMessage.u32(mtu, 0));
  }

  private static IpAddress address(byte[] bytes) throws IOException {
    if (bytes.length != 4 && bytes.length != 16) {
      throw new IOException("netlink: address of " + bytes.length + " bytes, needs 4 or 16");
    }
    return IpAddress.of(bytes);
  }

  /// The route a packet to `destination` would take; null if there is none. Sends nothing.
  public synchronized @Nullable RouteTaken routeTo(IpAddress destination) throws IOException {
    byte[] request = RouteMessages.routeTo(socket.nextSequence(), destination);
    NetlinkMessage answer;
    try {
      answer = socket.queryOne("cannot look up the route to " + destination, request);
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.ENETUNREACH
          || e.errno() == ErrnoException.EHOSTUNREACH
          || e.isGone()) {
        return null;
      }
      throw e;
    }
    return readRouteTaken(answer);
  }

  static RouteTaken readRouteTaken(NetlinkMessage answer) throws IOException {
    answer.requireFixed(ROUTE_FIXED);
    byte[] source = answer.attribute(ROUTE_FIXED, 7);
    return new RouteTaken(
        answer.attributeU32(ROUTE_FIXED, 4, 0), source == null ? null : address(source));
  }

  @Override
  public synchronized void close() {
    socket.close();
  }
}
