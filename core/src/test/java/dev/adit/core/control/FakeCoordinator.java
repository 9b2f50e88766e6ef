package dev.adit.core.control;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.crypto.SigningKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HeadRecord;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Identity;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayDescription;
import dev.adit.wire.control.RelayRecord;
import dev.adit.wire.control.Sha256;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// Signs whatever a test wants a coordinator to say.
final class FakeCoordinator {
  static final long NOW = 1_763_712_000;
  static final UUID ID = UUID.fromString("019a0000-0000-7000-8000-000000000001");
  static final UUID NETWORK = UUID.fromString("019a0000-0000-7000-8000-0000000000a1");
  static final SigningKey ROOT = SigningKey.of(rising(0x01));
  static final SigningKey RECORD = SigningKey.of(rising(0x21));
  static final PublicKey CHANNEL = PrivateKey.of(rising(0x41)).publicKey();

  private FakeCoordinator() {}

  static Envelope identity(long serial, long notAfter) {
    return Envelope.sign(Context.IDENTITY, identityBody(ID, serial, notAfter, CHANNEL), ROOT);
  }

  static String identityBody(UUID id, long serial, long notAfter, PublicKey channel) {
    return new Identity(
            id,
            serial,
            NOW,
            notAfter,
            ROOT.verifyingKey(),
            List.of(channel),
            List.of(RECORD.verifyingKey()),
            List.of(HttpsUrl.literal("https://vpn.example.org")),
            List.of())
        .body();
  }

  static TrustedCoordinator trusted() {
    try {
      return TrustedCoordinator.first(
          "vpn.example.org", ROOT.verifyingKey(), identity(NOW, NOW + 1000), NOW * 1000);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  static Welcome welcome(Envelope identity, long timeMs) {
    return new Welcome(1, 1, List.of(), "test", timeMs, 17, identity, List.of());
  }

  static UUID id(int number) {
    return new UUID(0x019a0000_0000_7000L, 0x8000_0000_0000_0000L + number);
  }

  /// Node `number` has the address 10.77.0.`number` and a name and key of its own.
  static NodeRecord node(int number, long serial) {
    return node(number, serial, "10.77.0." + number, key(number), 0);
  }

  static NodeRecord node(int number, long serial, String address, PublicKey key, long notAfter) {
    return new NodeRecord(
        NETWORK,
        id(number),
        key,
        true,
        "node" + number,
        List.of(IpAddress.literal(address)),
        List.of(),
        List.of(),
        null,
        NOW,
        notAfter,
        serial);
  }

  static PublicKey key(int number) {
    return PrivateKey.of(rising(number)).publicKey();
  }

  static Envelope signed(NodeRecord node) {
    return Envelope.sign(Context.NODE, node.body(), RECORD);
  }

  static RelayRecord relay(long notAfter) {
    var description =
        new RelayDescription(
            key(99),
            null,
            "r1",
            "eu",
            900,
            List.of(),
            List.of(IpAddress.literal("198.51.100.10")),
            443,
            List.of(3478),
            List.of(),
            List.of("derp", "stun"));
    return new RelayRecord(id(99), description, null, NOW, notAfter, NOW);
  }

  static Envelope head(long revision) {
    return head(revision, RECORD);
  }

  static Envelope head(long revision, SigningKey key) {
    return head(revision, key, "10.77.0.0/18");
  }

  static Envelope head(long revision, SigningKey key, String... ranges) {
    return Envelope.sign(Context.HEAD, headRecord(revision, ranges).body(), key);
  }

  static HeadRecord headRecord(long revision) {
    return headRecord(revision, "10.77.0.0/18");
  }

  private static HeadRecord headRecord(long revision, String... ranges) {
    return new HeadRecord(
        NETWORK,
        "default",
        revision,
        Sha256.of(new byte[32]),
        Stream.of(ranges).map(Prefix::literal).toList(),
        null,
        null,
        NOW);
  }

  /// A map whose receiver is node 1.
  static NetworkMap map(long revision, List<Envelope> nodes) {
    return map(revision, nodes, List.of(), List.of());
  }

  static NetworkMap map(
      long revision, List<Envelope> nodes, List<Envelope> relays, List<NodePresence> presence) {
    return new NetworkMap(
        NETWORK, revision, "1." + revision, head(revision), id(1), nodes, relays, presence);
  }

  static Delta delta(long from, long revision, List<Envelope> nodes, List<UUID> gone) {
    return new Delta(
        NETWORK,
        from,
        revision,
        "1." + revision,
        head(revision),
        nodes,
        gone,
        List.of(),
        List.of());
  }

  static byte[] rising(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
