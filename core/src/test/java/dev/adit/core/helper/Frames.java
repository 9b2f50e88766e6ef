package dev.adit.core.helper;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Prefix;
import java.util.List;
import java.util.Random;

/// One of every frame.
final class Frames {
  static final PrivateKey KEY = PrivateKey.generate(new Random(1));
  static final PublicKey PEER = PrivateKey.generate(new Random(2)).publicKey();
  private static final Endpoint V4 = Endpoint.literal("192.0.2.1:51820");
  private static final Endpoint V6 = Endpoint.literal("[2001:db8::1]:9");

  private Frames() {}

  static Endpoint somewhere() {
    return V4;
  }

  static List<HelperRequest> requests() {
    List<IpAddress> addresses = List.of(IpAddress.literal("10.77.0.1"), V6.address());
    return List.of(
        new HelperRequest.Claim(HelperRequest.VERSION, "adit0", KEY),
        new HelperRequest.Check(),
        new HelperRequest.Open(51_820),
        new HelperRequest.Peers(
            List.of(new HelperRequest.Peer(PEER, 10_001, addresses)), List.of(KEY.publicKey())),
        new HelperRequest.Network(
            true, addresses, List.of(Prefix.literal("10.77.0.0/18"), Prefix.literal("fd00::/48"))),
        new HelperRequest.Apply(),
        new HelperRequest.MoveEndpoint(PEER, V4),
        new HelperRequest.RouteMtu(PEER, 1_380),
        new HelperRequest.Greet(PEER),
        new HelperRequest.Read(),
        new HelperRequest.Send(V6, new byte[] {1, 2, 3}),
        new HelperRequest.RoutesChanged(),
        new HelperRequest.Remove(),
        new HelperRequest.Pin(PEER, V6),
        new HelperRequest.Pin(PEER, null));
  }

  static List<HelperAnswer> answers() {
    return List.of(
        new HelperAnswer.Done(),
        new HelperAnswer.Failed("no such device"),
        new HelperAnswer.Opened(51_820, "kernel"),
        new HelperAnswer.Readings(
            true,
            3,
            4,
            List.of(
                new HelperAnswer.Reading(PEER, null, 1, 2, 0),
                new HelperAnswer.Reading(KEY.publicKey(), V4, 1L << 40, 5, 6))),
        new HelperAnswer.Received(V4, new byte[] {9, 8}));
  }
}
