package dev.adit.wire.control;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One message of the stream between agent and coordinator, a JSON object with a `type` (control
/// §4). ↑ marks those the agent sends; all others come from the coordinator.
///
/// Unknown types decode as [Unknown], unknown members are ignored, what must be understood and is
/// not (`critical`) decodes as [NotUnderstood].
public sealed interface ControlMessage {
  /// What an agent sends.
  sealed interface FromAgent extends ControlMessage {}

  /// What a coordinator sends.
  sealed interface FromCoordinator extends ControlMessage {}

  /// The only protocol version there is.
  int PROTOCOL = 1;

  int MAX_NETWORKS = 64;
  int MAX_CANDIDATES = 24;

  /// Largest number of nodes in a network, map or presence message.
  int MAX_NODES = 10_000;

  /// Largest number of relays in a network or message.
  int MAX_RELAYS = 1_000;

  /// ↑ The first message of every stream.
  ///
  /// @param protocol highest version spoken
  /// @param oldest lowest version spoken
  /// @param build for logs
  /// @param role `agent` or `relay`
  /// @param instance 8 random bytes per process, as text
  /// @param resume one entry per network held
  record Hello(
      int protocol,
      int oldest,
      List<String> features,
      String build,
      String role,
      String instance,
      List<Resume> resume)
      implements FromAgent {
    public static final String AGENT = "agent";
    public static final String RELAY = "relay";

    /// How far the sender's map of a network is; null if it holds none.
    ///
    /// @param network null for a relay's admission set
    public @Nullable String token(@Nullable UUID network) {
      for (Resume held : resume) {
        if (Objects.equals(network, held.network())) {
          return held.token();
        }
      }
      return null;
    }
  }

  /// How far the sender's map of a network is.
  ///
  /// @param network null for a relay's admission set
  /// @param token as it came with the map
  record Resume(@Nullable UUID network, String token) {}

  /// The answer to [Hello].
  ///
  /// @param timeMs the coordinator's clock, milliseconds since 1970
  /// @param stream number of this stream
  /// @param identity the identity document
  /// @param nodes what this machine is here
  record Welcome(
      int protocol,
      int oldest,
      List<String> features,
      String build,
      long timeMs,
      long stream,
      Envelope identity,
      List<Membership> nodes)
      implements FromCoordinator {}

  record Membership(UUID network, UUID node, NodeState state) {}

  /// ↑ Asks to become a node.
  ///
  /// @param id number of the request, rising, from 1
  /// @param key public id of the join key, 8 characters
  /// @param secret 24 bytes
  /// @param proof 32 bytes, see [NodeKeyProof]
  /// @param name wished; the coordinator makes a DNS label of it
  /// @param addresses wished; usually none
  record Join(
      long id,
      String key,
      byte[] secret,
      PublicKey nodeKey,
      byte[] proof,
      String name,
      List<IpAddress> addresses)
      implements FromAgent {
    public static final int MAX_NAME = 255;
  }

  /// The answer to [Join]; a [NetworkMap] follows.
  ///
  /// @param existing true if this machine had a node there before
  record Joined(long re, UUID network, UUID node, NodeState state, boolean existing)
      implements FromCoordinator {}

  /// The whole map of a network (`map`).
  ///
  /// @param token to be stored with the map and named in the next [Hello]
  /// @param self the receiver's own node
  /// @param presence of the nodes on line; details come on [Watch]
  record NetworkMap(
      UUID network,
      long revision,
      String token,
      Envelope head,
      UUID self,
      List<Envelope> nodes,
      List<Envelope> relays,
      List<NodePresence> presence)
      implements FromCoordinator {}

  /// What is new since revision `from`: these records are now so, these ids are gone.
  record Delta(
      UUID network,
      long from,
      long revision,
      String token,
      Envelope head,
      List<Envelope> nodes,
      List<UUID> gone,
      List<Envelope> relays,
      List<UUID> goneRelays)
      implements FromCoordinator {}

  /// The token of [Hello] is up to date.
  record Current(UUID network, long revision) implements FromCoordinator {}

  /// ↑ Asks for the whole map.
  record Resync(@Nullable UUID network) implements FromAgent {}

  /// ↑ Shows the coordinator a record newer than its own (control R-REC-5).
  record Newer(UUID network, Envelope record) implements FromAgent {}

  /// ↑ Says where this node is (`presence`).
  ///
  /// @param counter rising within the stream
  /// @param relay home relay
  record OwnPresence(
      UUID network,
      long counter,
      @Nullable UUID relay,
      @Nullable PublicKey probeKey,
      List<Candidate> candidates)
      implements FromAgent {}

  /// Says where other nodes are (`presence`).
  record PeerPresence(UUID network, List<NodePresence> nodes) implements FromCoordinator {}

  /// Where one node is; the newest by (stream, counter) counts.
  ///
  /// @param stream number of its stream; 0 if only `online` and `relay` are told
  /// @param relay home relay
  /// @param seen its address as the coordinator sees it
  record NodePresence(
      UUID node,
      long stream,
      long counter,
      boolean online,
      @Nullable UUID relay,
      @Nullable PublicKey probeKey,
      @Nullable IpAddress seen,
      List<Candidate> candidates) {
    /// The short form in maps.
    public static NodePresence brief(UUID node, boolean online, @Nullable UUID relay) {
      return new NodePresence(node, 0, 0, online, relay, null, null, List.of());
    }
  }

  /// An address where WireGuard of a node may be reached.
  ///
  /// @param kind code of nat-traversal §2.1, 1 to 255; readers skip those they do not know
  record Candidate(Endpoint address, int kind) {}

  /// ↑ Asks for the presence of these nodes, now and on every change; replaces the former set.
  record Watch(UUID network, List<UUID> nodes) implements FromAgent {}

  /// This machine's node is no member any more.
  ///
  /// @param reason `removed`, `expired`, `left` or one of a later version
  record Removed(UUID network, UUID node, String reason) implements FromCoordinator {
    public static final String REMOVED = "removed";
    public static final String EXPIRED = "expired";
    public static final String LEFT = "left";
  }

  /// A newer stream of this machine exists; this one ends.
  record Superseded(long stream) implements FromCoordinator {}

  /// Asks to connect to one of the URLs after that time.
  record Drain(long afterMs, List<HttpsUrl> urls) implements FromCoordinator {}

  /// ↑ Names something critical that was not understood, for example `node.routes6`.
  record Unsupported(@Nullable UUID network, String what) implements FromAgent {}

  /// A refusal (`error`).
  ///
  /// @param re the request it answers; 0 if none
  /// @param code see [ErrorCode]
  /// @param text one sentence for the user
  /// @param retryMs wait that long before the next try; at most 600,000
  /// @param fatal the stream ends
  record Failure(long re, String code, String text, long retryMs, boolean fatal)
      implements FromCoordinator {
    public static final long MAX_RETRY_MS = 600_000;
  }

  /// ↑ A relay describes itself (`relay`); the answer is [Done] or [Failure].
  ///
  /// @param id number of the request, rising, from 1
  record DescribeRelay(long id, RelayDescription description) implements FromAgent {}

  /// A request that needs no other answer was carried out.
  record Done(long re) implements FromCoordinator {}

  /// Whom a relay shall serve (`admission`, relay-rung §7.1): a change of the set that `base`
  /// names, or, in one or more parts, the whole of it.
  ///
  /// @param full replaces what was there, with the last part
  /// @param base token of the set that this changes; null if `full`
  /// @param token of the set as it is then
  /// @param more further parts follow
  record RelayAdmission(
      boolean full,
      @Nullable String base,
      String token,
      boolean more,
      List<ServedNetwork> networks,
      List<Integer> goneNetworks,
      List<ServedKey> keys,
      List<PublicKey> goneKeys)
      implements FromCoordinator {
    public static final int MAX_NETWORKS = 65_536;
    public static final int MAX_KEYS = 200_000;
    public static final int MAX_PAIRS = 65_536;
    public static final int MAX_CLASS = 65_535;
  }

  /// A network that a relay serves.
  ///
  /// @param n its number on this stream
  /// @param pairs of classes whose members may exchange packets, in either order
  record ServedNetwork(int n, UUID network, List<ClassPair> pairs) {}

  record ClassPair(int a, int b) {}

  /// A key that a relay serves.
  ///
  /// @param n number of its network
  /// @param c its class there
  /// @param kind `agent`, or one of a later version
  /// @param until seconds since 1970; 0 for no end
  record ServedKey(PublicKey key, int n, int c, String kind, long until) {}

  /// ↑ The set of this token is in force, and what had to be closed is closed.
  record Admitted(String token) implements FromAgent {}

  /// ↑ What a relay does, each 30 s (`relayReport`).
  ///
  /// @param derp connected clients
  /// @param udp registered ones
  /// @param sessions of WireGuard
  /// @param health `ok` or a word for what is wrong
  record RelayReport(int derp, int udp, int sessions, long bytesPerSec, String health)
      implements FromAgent {}

  /// A type this version does not know; receivers skip and count it.
  record Unknown(String type) implements FromAgent, FromCoordinator {}

  /// A message with a critical part this version does not know: its network is suspended, or, if it
  /// names none, the stream ends (control R-MSG-3).
  ///
  /// @param what for [Unsupported]: `type.member`
  record NotUnderstood(@Nullable UUID network, String what) implements FromAgent, FromCoordinator {}

  /// Reads one message.
  ///
  /// @param utf8 one JSON value
  static ControlMessage decode(byte[] utf8) throws MalformedException {
    return MessageReader.read(Json.parseObject(utf8));
  }

  static ControlMessage decode(String json) throws MalformedException {
    return MessageReader.read(Json.parseObject(json));
  }

  /// Reads one message from JSON that is parsed already.
  static ControlMessage read(JsonObject object) throws MalformedException {
    return MessageReader.read(object);
  }

  /// The message as compact JSON.
  ///
  /// @throws IllegalArgumentException for [Unknown] and [NotUnderstood], which cannot be sent
  default String encode() {
    return MessageWriter.write(this);
  }
}
