package dev.adit.wire.control;

import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.ControlMessage.Candidate;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.Done;
import dev.adit.wire.control.ControlMessage.Drain;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.Hello;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.Joined;
import dev.adit.wire.control.ControlMessage.Membership;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Newer;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.ControlMessage.NotUnderstood;
import dev.adit.wire.control.ControlMessage.OwnPresence;
import dev.adit.wire.control.ControlMessage.PeerPresence;
import dev.adit.wire.control.ControlMessage.Removed;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Unknown;
import dev.adit.wire.control.ControlMessage.Unsupported;
import dev.adit.wire.control.ControlMessage.Watch;
import dev.adit.wire.control.ControlMessage.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Reads [ControlMessage]s; one method per type, in the order of the specification.
final class MessageReader {
  private static final long MAX = Json.MAX_INTEGER;
  private static final int MAX_PROTOCOL = 1_000_000;
  private static final int MAX_FEATURES = 64;
  private static final int MAX_WORD = 64;
  private static final int MAX_SENTENCE = 1000;
  private static final int MAX_TOKEN = 128;
  private static final int MAX_IDS = 65_536;

  private MessageReader() {}

  static ControlMessage read(JsonObject o) throws MalformedException {
    String type = Members.text(o, "type", MAX_WORD);
    Set<String> members = members(type, o);
    String critical = Critical.notUnderstood(o, members);
    if (critical != null) {
      return new NotUnderstood(Members.optionalId(o, "network"), type + "." + critical);
    }
    return switch (type) {
      case "hello" -> hello(o);
      case "welcome" -> welcome(o);
      case "join" -> join(o);
      case "joined" -> joined(o);
      case "map" -> map(o);
      case "delta" -> delta(o);
      case "current" -> new Current(Members.id(o, "network"), revision(o, "revision"));
      case "resync" -> new Resync(Members.optionalId(o, "network"));
      case "newer" -> new Newer(Members.id(o, "network"), Envelope.read(o.object("record")));
      case "presence" -> o.has("nodes") ? peerPresence(o) : ownPresence(o);
      case "watch" ->
          new Watch(Members.id(o, "network"), Members.ids(o, "nodes", ControlMessage.MAX_NODES));
      case "removed" ->
          new Removed(
              Members.id(o, "network"), Members.id(o, "node"), Members.text(o, "reason", MAX_WORD));
      case "superseded" -> new Superseded(o.integer("stream", 0, MAX));
      case "drain" ->
          new Drain(o.integer("afterMs", 0, MAX), Members.urls(o, "urls", Identity.MAX_URLS));
      case "unsupported" ->
          new Unsupported(
              Members.optionalId(o, "network"), Members.text(o, "what", 2 * MAX_SENTENCE));
      case "error" -> failure(o);
      case "relay" -> RelayMessages.describe(o);
      case "done" -> new Done(o.integer("re", 1, MAX));
      case "admission" -> RelayMessages.admission(o);
      case "admitted" -> RelayMessages.admitted(o);
      case "relayReport" -> RelayMessages.report(o);
      default -> new Unknown(type);
    };
  }

  /// What may stand under `critical`; nothing for an unknown type, not even the type.
  private static Set<String> members(String type, JsonObject o) {
    return switch (type) {
      case "hello" ->
          Set.of("type", "protocol", "oldest", "features", "build", "role", "instance", "resume");
      case "welcome" ->
          Set.of(
              "type",
              "protocol",
              "oldest",
              "features",
              "build",
              "timeMs",
              "stream",
              "identity",
              "nodes");
      case "join" -> Set.of("type", "id", "key", "secret", "nodeKey", "proof", "name", "addresses");
      case "joined" -> Set.of("type", "re", "network", "node", "state", "existing");
      case "map" ->
          Set.of(
              "type",
              "network",
              "revision",
              "token",
              "head",
              "self",
              "nodes",
              "relays",
              "presence");
      case "delta" ->
          Set.of(
              "type",
              "network",
              "from",
              "revision",
              "token",
              "head",
              "nodes",
              "gone",
              "relays",
              "goneRelays");
      case "current" -> Set.of("type", "network", "revision");
      case "resync" -> Set.of("type", "network");
      case "newer" -> Set.of("type", "network", "record");
      case "presence" ->
          o.has("nodes")
              ? Set.of("type", "network", "nodes")
              : Set.of("type", "network", "counter", "relay", "probeKey", "candidates");
      case "watch" -> Set.of("type", "network", "nodes");
      case "removed" -> Set.of("type", "network", "node", "reason");
      case "superseded" -> Set.of("type", "stream");
      case "drain" -> Set.of("type", "afterMs", "urls");
      case "unsupported" -> Set.of("type", "network", "what");
      case "error" -> Set.of("type", "re", "code", "text", "retryMs", "fatal");
      case "relay" -> RelayMessages.DESCRIBE;
      case "done" -> Set.of("type", "re");
      case "admission" -> RelayMessages.ADMISSION;
      case "admitted" -> Set.of("type", "token");
      case "relayReport" -> RelayMessages.REPORT;
      default -> Set.of();
    };
  }

  private static Hello hello(JsonObject o) throws MalformedException {
    List<Resume> resume = new ArrayList<>();
    for (JsonObject entry : o.objects("resume", ControlMessage.MAX_NETWORKS)) {
      resume.add(
          new Resume(
              Members.optionalId(entry, "network"), Members.text(entry, "token", MAX_TOKEN)));
    }
    return new Hello(
        (int) o.integer("protocol", 1, MAX_PROTOCOL),
        (int) o.integer("oldest", 1, MAX_PROTOCOL),
        Members.texts(o, "features", MAX_FEATURES, MAX_WORD),
        Members.text(o, "build", 2 * MAX_WORD),
        Members.text(o, "role", MAX_WORD),
        Members.text(o, "instance", MAX_WORD),
        List.copyOf(resume));
  }

  private static Welcome welcome(JsonObject o) throws MalformedException {
    List<Membership> nodes = new ArrayList<>();
    for (JsonObject node : o.objects("nodes", ControlMessage.MAX_NETWORKS)) {
      nodes.add(new Membership(Members.id(node, "network"), Members.id(node, "node"), state(node)));
    }
    return new Welcome(
        (int) o.integer("protocol", 1, MAX_PROTOCOL),
        (int) o.integer("oldest", 1, MAX_PROTOCOL),
        Members.texts(o, "features", MAX_FEATURES, MAX_WORD),
        Members.text(o, "build", 2 * MAX_WORD),
        o.integer("timeMs", 0, MAX),
        o.integer("stream", 0, MAX),
        Envelope.read(o.object("identity")),
        List.copyOf(nodes));
  }

  private static Join join(JsonObject o) throws MalformedException {
    String key = Members.text(o, "key", MAX_WORD);
    Text.parseB64(key, JoinKey.ID_BYTES);
    return new Join(
        o.integer("id", 1, MAX),
        key,
        Members.b64(o, "secret", JoinKey.SECRET_BYTES),
        Members.publicKey(o, "nodeKey"),
        Members.b64(o, "proof", NodeKeyProof.BYTES),
        Members.text(o, "name", Join.MAX_NAME),
        Members.addresses(o, "addresses", NodeRecord.MAX_ADDRESSES));
  }

  private static Joined joined(JsonObject o) throws MalformedException {
    return new Joined(
        o.integer("re", 1, MAX),
        Members.id(o, "network"),
        Members.id(o, "node"),
        state(o),
        o.bool("existing"));
  }

  private static NetworkMap map(JsonObject o) throws MalformedException {
    return new NetworkMap(
        Members.id(o, "network"),
        revision(o, "revision"),
        Members.text(o, "token", MAX_TOKEN),
        Envelope.read(o.object("head")),
        Members.id(o, "self"),
        envelopes(o, "nodes", ControlMessage.MAX_NODES),
        envelopes(o, "relays", ControlMessage.MAX_RELAYS),
        presences(o, "presence"));
  }

  private static Delta delta(JsonObject o) throws MalformedException {
    return new Delta(
        Members.id(o, "network"),
        revision(o, "from"),
        revision(o, "revision"),
        Members.text(o, "token", MAX_TOKEN),
        Envelope.read(o.object("head")),
        envelopes(o, "nodes", ControlMessage.MAX_NODES),
        Members.ids(o, "gone", MAX_IDS),
        envelopes(o, "relays", ControlMessage.MAX_RELAYS),
        Members.ids(o, "goneRelays", MAX_IDS));
  }

  private static OwnPresence ownPresence(JsonObject o) throws MalformedException {
    return new OwnPresence(
        Members.id(o, "network"),
        o.integer("counter", 0, MAX),
        Members.optionalId(o, "relay"),
        Members.optionalPublicKey(o, "probeKey"),
        candidates(o));
  }

  private static PeerPresence peerPresence(JsonObject o) throws MalformedException {
    return new PeerPresence(Members.id(o, "network"), presences(o, "nodes"));
  }

  private static List<NodePresence> presences(JsonObject o, String name) throws MalformedException {
    List<NodePresence> presences = new ArrayList<>();
    for (JsonObject node : o.objects(name, ControlMessage.MAX_NODES)) {
      presences.add(presence(node));
    }
    return List.copyOf(presences);
  }

  /// Without a stream number there is nothing by which details could be told from older ones, so
  /// they do not count.
  private static NodePresence presence(JsonObject node) throws MalformedException {
    var full =
        new NodePresence(
            Members.id(node, "node"),
            node.integerOr("stream", 0, 0, MAX),
            node.integerOr("counter", 0, 0, MAX),
            node.bool("online"),
            Members.optionalId(node, "relay"),
            Members.optionalPublicKey(node, "probeKey"),
            Members.optionalAddress(node, "seen"),
            candidates(node));
    return full.stream() > 0 ? full : NodePresence.brief(full.node(), full.online(), full.relay());
  }

  private static List<Candidate> candidates(JsonObject o) throws MalformedException {
    List<Candidate> candidates = new ArrayList<>();
    for (JsonObject candidate : o.objects("candidates", ControlMessage.MAX_CANDIDATES)) {
      candidates.add(
          new Candidate(
              Members.endpoint(candidate, "addr"), (int) candidate.integer("kind", 0, 255)));
    }
    return List.copyOf(candidates);
  }

  private static Failure failure(JsonObject o) throws MalformedException {
    return new Failure(
        o.integerOr("re", 0, 0, MAX),
        Members.text(o, "code", MAX_WORD),
        Members.text(o, "text", MAX_SENTENCE),
        o.integerOr("retryMs", 0, 0, Failure.MAX_RETRY_MS),
        o.boolOr("fatal", false));
  }

  private static NodeState state(JsonObject o) throws MalformedException {
    return new NodeState(Members.text(o, "state", MAX_WORD));
  }

  private static long revision(JsonObject o, String name) throws MalformedException {
    return o.integer(name, 0, MAX);
  }

  private static List<Envelope> envelopes(JsonObject o, String name, int max)
      throws MalformedException {
    List<JsonObject> objects = o.objects(name, max);
    List<Envelope> envelopes = new ArrayList<>(objects.size());
    for (JsonObject object : objects) {
      envelopes.add(Envelope.read(object));
    }
    return List.copyOf(envelopes);
  }
}
