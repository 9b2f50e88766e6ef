package dev.adit.wire.control;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.Text;
import dev.adit.wire.control.ControlMessage.Admitted;
import dev.adit.wire.control.ControlMessage.Candidate;
import dev.adit.wire.control.ControlMessage.Current;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.DescribeRelay;
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
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.RelayReport;
import dev.adit.wire.control.ControlMessage.Removed;
import dev.adit.wire.control.ControlMessage.Resume;
import dev.adit.wire.control.ControlMessage.Resync;
import dev.adit.wire.control.ControlMessage.Superseded;
import dev.adit.wire.control.ControlMessage.Unknown;
import dev.adit.wire.control.ControlMessage.Unsupported;
import dev.adit.wire.control.ControlMessage.Watch;
import dev.adit.wire.control.ControlMessage.Welcome;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Writes [ControlMessage]s as compact JSON, members in the order of the specification's examples.
final class MessageWriter {
  private MessageWriter() {}

  static String write(ControlMessage message) {
    var w = new JsonWriter();
    switch (message) {
      case Hello m -> hello(w, m);
      case Welcome m -> welcome(w, m);
      case Join m -> join(w, m);
      case Joined m ->
          membership(
                  begin(w, "joined").member("re", m.re()),
                  new Membership(m.network(), m.node(), m.state()))
              .member("existing", m.existing());
      case NetworkMap m -> map(w, m);
      case Delta m -> delta(w, m);
      case Current m -> begin(w, "current", m.network()).member("revision", m.revision());
      case Resync m -> begin(w, "resync", m.network());
      case Newer m -> begin(w, "newer", m.network()).name("record").raw(m.record().json());
      case OwnPresence m -> {
        begin(w, "presence", m.network()).member("counter", m.counter());
        place(w, m.relay(), m.probeKey());
        candidates(w, m.candidates());
      }
      case PeerPresence m -> presences(begin(w, "presence", m.network()), "nodes", m.nodes());
      case Watch m -> begin(w, "watch", m.network()).strings("nodes", m.nodes());
      case Removed m ->
          begin(w, "removed", m.network())
              .member("node", m.node().toString())
              .member("reason", m.reason());
      case Superseded m -> begin(w, "superseded").member("stream", m.stream());
      case Drain m -> begin(w, "drain").member("afterMs", m.afterMs()).strings("urls", m.urls());
      case Unsupported m -> begin(w, "unsupported", m.network()).member("what", m.what());
      case Failure m -> failure(w, m);
      case DescribeRelay m -> RelayMessages.write(w, m);
      case Done m -> begin(w, "done").member("re", m.re());
      case RelayAdmission m -> RelayMessages.write(w, m);
      case Admitted m -> begin(w, "admitted").member("token", m.token());
      case RelayReport m -> RelayMessages.write(w, m);
      case Unknown _, NotUnderstood _ ->
          throw new IllegalArgumentException("control: what is not understood cannot be sent");
    }
    return w.endObject().toString();
  }

  private static JsonWriter begin(JsonWriter w, String type) {
    return w.beginObject().member("type", type);
  }

  private static JsonWriter begin(JsonWriter w, String type, @Nullable UUID network) {
    return begin(w, type).member("network", text(network));
  }

  private static void hello(JsonWriter w, Hello m) {
    versions(begin(w, "hello"), m.protocol(), m.oldest(), m.features(), m.build())
        .member("role", m.role())
        .member("instance", m.instance())
        .name("resume")
        .beginArray();
    for (Resume resume : m.resume()) {
      w.beginObject()
          .member("network", text(resume.network()))
          .member("token", resume.token())
          .endObject();
    }
    w.endArray();
  }

  private static void welcome(JsonWriter w, Welcome m) {
    versions(begin(w, "welcome"), m.protocol(), m.oldest(), m.features(), m.build())
        .member("timeMs", m.timeMs())
        .member("stream", m.stream())
        .name("identity")
        .raw(m.identity().json())
        .name("nodes")
        .beginArray();
    for (Membership node : m.nodes()) {
      membership(w.beginObject(), node).endObject();
    }
    w.endArray();
  }

  private static JsonWriter versions(
      JsonWriter w, int protocol, int oldest, List<String> features, String build) {
    return w.member("protocol", protocol)
        .member("oldest", oldest)
        .strings("features", features)
        .member("build", build);
  }

  private static JsonWriter membership(JsonWriter w, Membership m) {
    return w.member("network", m.network().toString())
        .member("node", m.node().toString())
        .member("state", m.state().text());
  }

  private static void join(JsonWriter w, Join m) {
    begin(w, "join")
        .member("id", m.id())
        .member("key", m.key())
        .member("secret", Text.b64(m.secret()))
        .member("nodeKey", m.nodeKey().toB64())
        .member("proof", Text.b64(m.proof()))
        .member("name", m.name())
        .strings("addresses", m.addresses());
  }

  private static void map(JsonWriter w, NetworkMap m) {
    begin(w, "map", m.network())
        .member("revision", m.revision())
        .member("token", m.token())
        .name("head")
        .raw(m.head().json())
        .member("self", m.self().toString());
    envelopes(w, "nodes", m.nodes());
    envelopes(w, "relays", m.relays());
    w.member("policy", null);
    presences(w, "presence", m.presence());
  }

  private static void delta(JsonWriter w, Delta m) {
    begin(w, "delta", m.network())
        .member("from", m.from())
        .member("revision", m.revision())
        .member("token", m.token())
        .name("head")
        .raw(m.head().json());
    envelopes(w, "nodes", m.nodes());
    w.strings("gone", m.gone());
    envelopes(w, "relays", m.relays());
    w.strings("goneRelays", m.goneRelays());
  }

  private static void envelopes(JsonWriter w, String name, List<Envelope> envelopes) {
    w.name(name).beginArray();
    for (Envelope envelope : envelopes) {
      w.raw(envelope.json());
    }
    w.endArray();
  }

  private static void presences(JsonWriter w, String name, List<NodePresence> presences) {
    w.name(name).beginArray();
    for (NodePresence node : presences) {
      w.beginObject().member("node", node.node().toString());
      if (node.stream() == 0) {
        w.member("online", node.online()).member("relay", text(node.relay()));
      } else {
        w.member("stream", node.stream())
            .member("counter", node.counter())
            .member("online", node.online());
        place(w, node.relay(), node.probeKey());
        w.member("seen", node.seen() == null ? null : node.seen().toString());
        candidates(w, node.candidates());
      }
      w.endObject();
    }
    w.endArray();
  }

  private static void place(JsonWriter w, @Nullable UUID relay, @Nullable PublicKey probeKey) {
    w.member("relay", text(relay)).member("probeKey", probeKey == null ? null : probeKey.toB64());
  }

  private static void candidates(JsonWriter w, List<Candidate> candidates) {
    w.name("candidates").beginArray();
    for (Candidate candidate : candidates) {
      w.beginObject()
          .member("addr", candidate.address().toString())
          .member("kind", candidate.kind())
          .endObject();
    }
    w.endArray();
  }

  private static void failure(JsonWriter w, Failure m) {
    begin(w, "error");
    if (m.re() == 0) {
      w.member("re", null);
    } else {
      w.member("re", m.re());
    }
    w.member("code", m.code())
        .member("text", m.text())
        .member("retryMs", m.retryMs())
        .member("fatal", m.fatal());
  }

  private static @Nullable String text(@Nullable UUID id) {
    return id == null ? null : id.toString();
  }
}
