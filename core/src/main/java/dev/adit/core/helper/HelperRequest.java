package dev.adit.core.helper;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an agent asks of its helper: all there is. On the socket `length:u32be frame`, the frame
/// `type:u8 fields`. Each request but [Send] and [RoutesChanged] has one answer, in order.
public sealed interface HelperRequest {
  /// Of these frames; another one is refused.
  int VERSION = 1;

  /// Either direction, without the length before it.
  int MAX_FRAME = 65_536;

  /// RR-24.
  int MAX_PAYLOAD = 1_500;

  /// Peers or keys of one frame; more are told by several.
  int MAX_PEERS = 100;

  /// Of one peer, and of ourselves.
  int MAX_ADDRESSES = 64;

  int MAX_NAME = 15;

  /// The first: the connection is for this interface from now on, with this key of WireGuard's.
  record Claim(int version, String interfaceName, PrivateKey key) implements HelperRequest {}

  /// Would [Open] refuse the interface?
  record Check() implements HelperRequest {}

  /// Make the interface or take it over, and share its port.
  ///
  /// @param port of WireGuard if it can be; 0 for any, and then it is not shared
  record Open(int port) implements HelperRequest {}

  /// One peer, see `agent.Tunnel.Peer`.
  record Peer(PublicKey key, int loopbackPort, List<IpAddress> addresses) {}

  /// Peers that are new or have changed, and such as have gone; nothing is done before [Apply].
  record Peers(List<Peer> changed, List<PublicKey> gone) implements HelperRequest {}

  /// Addresses of ours and ranges of the network; nothing is done before [Apply].
  record Network(boolean up, List<IpAddress> addresses, List<Prefix> ranges)
      implements HelperRequest {}

  /// Make the interface as the frames before it say.
  record Apply() implements HelperRequest {}

  record MoveEndpoint(PublicKey peer, Endpoint endpoint) implements HelperRequest {}

  record RouteMtu(PublicKey peer, int mtu) implements HelperRequest {}

  /// Keep the direct data of this source from WireGuard for ten seconds.
  ///
  /// @param source null: of the peer's source no more
  record Pin(PublicKey peer, @Nullable Endpoint source) implements HelperRequest {}

  record Greet(PublicKey peer) implements HelperRequest {}

  /// What is WireGuard doing? Never answered with a private or preshared key.
  record Read() implements HelperRequest {}

  /// Send this from WireGuard's port, if [SendRules] allow it.
  record Send(Endpoint to, byte[] payload) implements HelperRequest {}

  /// Addresses or routes of the machine have changed.
  record RoutesChanged() implements HelperRequest {}

  /// Remove the interface.
  record Remove() implements HelperRequest {}

  default byte[] encode() {
    return switch (this) {
      case Claim(var version, var name, var key) ->
          new FieldWriter(1, 64).u8(version).text(name, MAX_NAME).raw(key.bytes()).done();
      case Check() -> new FieldWriter(2, 0).done();
      case Open(var port) -> new FieldWriter(3, 2).u16(port).done();
      case Peers(var changed, var gone) -> {
        var writer = new FieldWriter(4, 64 * (changed.size() + gone.size()));
        writer.list(
            changed,
            peer ->
                writer.key(peer.key).u16(peer.loopbackPort).list(peer.addresses, writer::address));
        yield writer.list(gone, writer::key).done();
      }
      case Network(var up, var addresses, var ranges) -> {
        var writer = new FieldWriter(5, 128).bool(up);
        yield writer.list(addresses, writer::address).list(ranges, writer::prefix).done();
      }
      case Apply() -> new FieldWriter(6, 0).done();
      case MoveEndpoint(var peer, var endpoint) ->
          new FieldWriter(7, 64).key(peer).endpoint(endpoint).done();
      case RouteMtu(var peer, var mtu) -> new FieldWriter(8, 40).key(peer).u16(mtu).done();
      case Greet(var peer) -> new FieldWriter(9, 32).key(peer).done();
      case Read() -> new FieldWriter(10, 0).done();
      case Send(var to, var payload) -> send(to, payload, 0, payload.length);
      case RoutesChanged() -> new FieldWriter(12, 0).done();
      case Remove() -> new FieldWriter(13, 0).done();
      case Pin(var peer, var source) -> new FieldWriter(14, 64).key(peer).endpoint(source).done();
    };
  }

  /// [Send] of a part of an array.
  static byte[] send(Endpoint to, byte[] payload, int offset, int length) {
    return new FieldWriter(11, 19 + length).endpoint(to).raw(payload, offset, length).done();
  }

  /// @param frame not kept
  /// @throws MalformedException for a type that is none, and fields that are missing, too many, too
  ///   long or of a value that is not allowed
  static HelperRequest decode(byte[] frame) throws MalformedException {
    var fields = new FieldReader(frame);
    HelperRequest request = decode(fields);
    fields.end();
    return request;
  }

  private static HelperRequest decode(FieldReader fields) throws MalformedException {
    int type = fields.u8();
    return switch (type) {
      case 1 -> new Claim(fields.u8(), fields.text(MAX_NAME), PrivateKey.of(fields.bytes(32)));
      case 2 -> new Check();
      case 3 -> new Open(fields.u16());
      case 4 ->
          new Peers(
              fields.list(
                  MAX_PEERS,
                  () ->
                      new Peer(
                          fields.key(), fields.u16(), fields.list(MAX_ADDRESSES, fields::address))),
              fields.list(MAX_PEERS, fields::key));
      case 5 ->
          new Network(
              fields.bool(),
              fields.list(MAX_ADDRESSES, fields::address),
              fields.list(MAX_ADDRESSES, fields::prefix));
      case 6 -> new Apply();
      case 7 -> new MoveEndpoint(fields.key(), fields.endpoint());
      case 8 -> new RouteMtu(fields.key(), fields.u16());
      case 9 -> new Greet(fields.key());
      case 10 -> new Read();
      case 11 -> new Send(fields.endpoint(), fields.rest());
      case 12 -> new RoutesChanged();
      case 13 -> new Remove();
      case 14 -> new Pin(fields.key(), fields.endpointOrNone());
      default -> throw new MalformedException("helper frame: type " + type + " is none");
    };
  }
}
