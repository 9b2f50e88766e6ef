package dev.adit.wire.control;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SigningKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import dev.adit.wire.control.ControlMessage.Membership;
import java.util.List;
import java.util.UUID;

/// Keys and values of control §11, shared by the tests of this package.
final class Samples {
  static final UUID COORDINATOR = UUID.fromString("019a0000-0000-7000-8000-000000000001");
  static final UUID NETWORK = UUID.fromString("019a0000-0000-7000-8000-0000000000a1");
  static final UUID NODE = UUID.fromString("019a0000-0000-7000-8000-0000000000b1");
  static final UUID RELAY = UUID.fromString("019a0000-0000-7000-8000-0000000000c1");
  static final SigningKey ROOT = SigningKey.of(rising(0x01, 32));
  static final SigningKey RECORD = SigningKey.of(rising(0x21, 32));
  static final PrivateKey CHANNEL = PrivateKey.of(rising(0x41, 32));
  static final PrivateKey MACHINE = PrivateKey.of(rising(0x61, 32));
  static final PrivateKey NODE_KEY = PrivateKey.of(rising(0x81, 32));

  static final String IDENTITY_BODY =
      "{\"coordinator\":\"019a0000-0000-7000-8000-000000000001\",\"serial\":1763712000,\"issuedAt\":1763712000,"
          + "\"notAfter\":1798272000,\"root\":\"ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ\","
          + "\"channelKeys\":[\"ZLEBsdC-WocEvQePmJUAH8A-jp-VIvGI3RKNmEbUhGY\"],"
          + "\"recordKeys\":[\"5_FioQvsVZr-oZXk3OhLaVaNXSywlj60RsBoXisX8vA\"],\"urls\":[\"https://vpn.example.org\"],"
          + "\"tlsPins\":[\"unAJjF-J5r5lAd-rG0e5Ntuwo_Nyovxyf0hlE3L12Kg\"]}";

  static final String NODE_BODY =
      "{\"network\":\"019a0000-0000-7000-8000-0000000000a1\",\"node\":\"019a0000-0000-7000-8000-0000000000b1\","
          + "\"key\":\"iDGGuAC0HVzwQpaV2ps8xPMo680YSm5IL6V4wQPwbHc\",\"proven\":true,\"name\":\"laptop\","
          + "\"addresses\":[\"10.77.0.2\",\"fd5a:1d17:77:1::2\"],\"routes\":[],\"tags\":[],\"owner\":null,"
          + "\"issuedAt\":1763712000,\"notAfter\":0,\"serial\":1763712000}";

  private Samples() {}

  static NodeRecord node() {
    return new NodeRecord(
        NETWORK,
        NODE,
        NODE_KEY.publicKey(),
        true,
        "laptop",
        List.of(IpAddress.literal("10.77.0.2"), IpAddress.literal("fd5a:1d17:77:1::2")),
        List.of(),
        List.of(),
        null,
        1763712000,
        0,
        1763712000);
  }

  static RelayDescription relayDescription() {
    return new RelayDescription(
        CHANNEL.publicKey(),
        null,
        "r1",
        "eu",
        900,
        List.of("relay.example.org"),
        List.of(IpAddress.literal("198.51.100.10")),
        443,
        List.of(3478),
        List.of(Sha256.of(rising(1, 32))),
        List.of("derp", "stun"));
  }

  static RelayRecord relay() {
    return new RelayRecord(
        RELAY, relayDescription(), List.of(NETWORK), 1763712000, 1764316800, 1763712000);
  }

  static HeadRecord head() {
    return new HeadRecord(
        NETWORK,
        "default",
        1,
        Sha256.of(rising(3, 32)),
        List.of(Prefix.literal("10.77.0.0/18"), Prefix.literal("fd5a:1d17:77::/48")),
        null,
        null,
        1763712000);
  }

  static Envelope signedNode() {
    return Envelope.sign(Context.NODE, NODE_BODY, RECORD);
  }

  static Envelope signedIdentity() {
    return Envelope.sign(Context.IDENTITY, IDENTITY_BODY, ROOT);
  }

  static List<ControlMessage> messages() throws MalformedException {
    var head = Envelope.sign(Context.HEAD, head().body(), RECORD);
    var relay = Envelope.sign(Context.RELAY, relay().body(), RECORD);
    var candidate =
        new ControlMessage.Candidate(dev.adit.wire.Endpoint.literal("203.0.113.2:41000"), 2);
    var presence =
        new ControlMessage.NodePresence(
            NODE,
            17,
            4,
            true,
            RELAY,
            MACHINE.publicKey(),
            IpAddress.literal("203.0.113.2"),
            List.of(candidate));
    return List.of(
        new ControlMessage.Hello(
            1,
            1,
            List.of("x"),
            "adit 0.1.0",
            "agent",
            "AAECAwQFBgc",
            List.of(
                new ControlMessage.Resume(NETWORK, "1.1.2b1d89d44b886db8"),
                new ControlMessage.Resume(null, "1"))),
        new ControlMessage.Welcome(
            1,
            1,
            List.of(),
            "adit 0.1.0",
            1763712000123L,
            17,
            signedIdentity(),
            List.of(new Membership(NETWORK, NODE, NodeState.ACTIVE))),
        new ControlMessage.Join(
            1,
            "AAECAwQF",
            rising(0x10, 24),
            NODE_KEY.publicKey(),
            rising(9, 32),
            "laptop",
            List.of(IpAddress.literal("10.77.0.9"))),
        new ControlMessage.Joined(1, NETWORK, NODE, NodeState.PENDING, false),
        new ControlMessage.NetworkMap(
            NETWORK,
            1,
            "1.1.2b1d89d44b886db8",
            head,
            NODE,
            List.of(signedNode()),
            List.of(relay),
            List.of(ControlMessage.NodePresence.brief(NODE, true, RELAY))),
        new ControlMessage.Delta(
            NETWORK,
            1,
            2,
            "1.2.00",
            head,
            List.of(signedNode()),
            List.of(NODE),
            List.of(relay),
            List.of(RELAY)),
        new ControlMessage.Current(NETWORK, 1),
        new ControlMessage.Resync(NETWORK),
        new ControlMessage.Resync(null),
        new ControlMessage.Newer(NETWORK, signedNode()),
        new ControlMessage.OwnPresence(NETWORK, 4, RELAY, MACHINE.publicKey(), List.of(candidate)),
        new ControlMessage.OwnPresence(NETWORK, 5, null, null, List.of()),
        new ControlMessage.PeerPresence(NETWORK, List.of(presence)),
        new ControlMessage.Watch(NETWORK, List.of(NODE)),
        new ControlMessage.Removed(NETWORK, NODE, "removed"),
        new ControlMessage.Superseded(18),
        new ControlMessage.Drain(4200, List.of(HttpsUrl.parse("https://b.example.org:8443"))),
        new ControlMessage.Unsupported(NETWORK, "node.routes6"),
        new ControlMessage.Failure(1, ErrorCode.JOIN_KEY_USED, "…", 0, false),
        new ControlMessage.Failure(0, ErrorCode.PROTOCOL, "x", 600_000, true),
        new ControlMessage.DescribeRelay(2, relayDescription()),
        new ControlMessage.Done(2),
        new ControlMessage.RelayAdmission(
            false,
            "a.41.9f",
            "a.42.9f",
            false,
            List.of(
                new ControlMessage.ServedNetwork(
                    1,
                    NETWORK,
                    List.of(
                        new ControlMessage.ClassPair(1, 1), new ControlMessage.ClassPair(1, 2)))),
            List.of(2),
            List.of(new ControlMessage.ServedKey(NODE_KEY.publicKey(), 1, 2, "agent", 0)),
            List.of(MACHINE.publicKey())),
        new ControlMessage.RelayAdmission(
            true, null, "a.42.9f", true, List.of(), List.of(), List.of(), List.of()),
        new ControlMessage.Admitted("a.42.9f"),
        new ControlMessage.RelayReport(120, 80, 44, 1_200_000, "ok"));
  }

  static byte[] rising(int from, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }

  static byte[] bytes(String hex) throws MalformedException {
    return Text.parseHex(hex);
  }
}
