package dev.adit.agent;

import dev.adit.core.netcheck.NetCheck;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.path.PathNode;
import dev.adit.core.path.PathState;
import dev.adit.core.path.PeerStatus;
import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.control.NodeRecord;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Answers `adit explain`: why peers are reached as they are, as JSON. On the loop's thread.
final class ExplainQuestion {
  /// Changes of a path that are shown, the last ones.
  private static final int MOST_CHANGES = 10;

  private final NetCheck netcheck;
  private final DataPlane plane;
  private final PathNode path;
  private final OutsidePort outside;
  private final Clock clock;

  ExplainQuestion(
      NetCheck netcheck, DataPlane plane, PathNode path, OutsidePort outside, Clock clock) {
    this.netcheck = netcheck;
    this.plane = plane;
    this.path = path;
    this.outside = outside;
    this.clock = clock;
  }

  /// `{"self":{"mode","nat":[…]},"peers":[…]}`; members are only ever added.
  ///
  /// @param withEndpoints false for users who may not see where peers are (control R-ADM-2)
  String json(List<NodeRecord> nodes, boolean withEndpoints) {
    NetReport report = netcheck.report();
    var json = new JsonWriter().beginObject().name("self").beginObject();
    json.member("mode", outside.mode().text());
    if (!outside.remark().isEmpty()) {
      json.member("modeRemark", outside.remark());
    }
    json.name("nat").beginArray();
    nat(json, "IPv4", report.v4());
    nat(json, "IPv6", report.v6());
    json.endArray().endObject().name("peers").beginArray();
    for (NodeRecord node : nodes) {
      PeerStatus status = path.status(node.key());
      if (status != null) {
        peer(json, node, status, report, withEndpoints);
      }
    }
    return json.endArray().endObject().toString();
  }

  private static void nat(JsonWriter json, String name, NetReport.Family family) {
    json.beginObject().member("family", name);
    json.member("verdict", NetCheckSentences.of(family));
    json.member("class", text(family.nat().natClass())).endObject();
  }

  private void peer(
      JsonWriter json,
      NodeRecord node,
      PeerStatus status,
      NetReport report,
      boolean withEndpoints) {
    DataPlane.Peer peer = plane.peer(node.key());
    DerpLink link = peer == null ? null : plane.linkOf(peer);
    boolean relayUp = link != null && link.isUp();
    boolean isDirect = status.state() == PathState.DIRECT;
    PathCause cause =
        PathCause.of(
            new PathCause.Facts(
                outside.mode() == DataMode.RELAY_ONLY, relayUp, report, status, searching(status)));
    json.beginObject().member("node", node.node().toString()).member("name", node.name());
    json.name("path").beginObject();
    json.member("type", isDirect ? "direct" : relayUp ? "derp" : "none");
    json.member("state", text(status.state()));
    json.member("endpoint", withEndpoints && isDirect ? text(status.endpoint()) : null);
    json.member("native", status.isNative());
    json.member("relay", !isDirect && relayUp && link != null ? link.target().name() : null);
    if (isDirect && status.srttNanos() > 0) {
      json.member("rttMicros", status.srttNanos() / 1_000);
      json.member("lossPercent", status.lossPercent());
    }
    json.member("mtu", status.mtu());
    if (!status.mtuRemark().isEmpty()) {
      json.member("mtuRemark", status.mtuRemark());
    }
    json.endObject();
    json.member("cause", text(cause)).member("why", cause.sentence());
    json.member("better", cause.advice().replace("PEER", node.name()));
    json.name("nat").beginObject().member("mapping", text(status.nat().mapping()));
    json.member("filtering", text(status.nat().filtering())).endObject();
    candidates(json, status, withEndpoints);
    changes(json, status, withEndpoints);
    json.endObject();
  }

  private static void candidates(JsonWriter json, PeerStatus status, boolean withEndpoints) {
    json.name("candidates").beginArray();
    for (PeerStatus.CandidateStatus candidate : status.candidates()) {
      json.beginObject().member("kind", text(candidate.kind()));
      json.member("endpoint", withEndpoints ? candidate.endpoint().toString() : null);
      json.member("state", candidate.state().toLowerCase(Locale.ROOT));
      json.member("selected", candidate.endpoint().equals(status.endpoint()));
      if (candidate.srttNanos() > 0) {
        json.member("rttMicros", candidate.srttNanos() / 1_000);
      }
      if (!candidate.remark().isEmpty()) {
        json.member("remark", candidate.remark());
      }
      json.endObject();
    }
    json.endArray();
  }

  private void changes(JsonWriter json, PeerStatus status, boolean withEndpoints) {
    json.name("changes").beginArray();
    List<PeerStatus.Transition> all = status.transitions();
    for (PeerStatus.Transition one :
        all.subList(Math.max(0, all.size() - MOST_CHANGES), all.size())) {
      json.beginObject().member("ageMillis", age(one) / 1_000_000);
      json.member("from", text(one.from())).member("to", text(one.to()));
      json.member("endpoint", withEndpoints ? text(one.endpoint()) : null);
      json.member("reason", one.reason().sentence()).endObject();
    }
    json.endArray();
  }

  /// How long packets have flowed since the last silence; −1 if they do not.
  private long searching(PeerStatus status) {
    for (PeerStatus.Transition one : status.transitions().reversed()) {
      if (one.from() == PathState.IDLE) {
        return status.state() == PathState.IDLE ? -1 : age(one);
      }
    }
    return -1;
  }

  private long age(PeerStatus.Transition transition) {
    return Math.max(0, clock.nanos() - transition.at());
  }

  private static @Nullable String text(@Nullable Endpoint endpoint) {
    return endpoint == null ? null : endpoint.toString();
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
