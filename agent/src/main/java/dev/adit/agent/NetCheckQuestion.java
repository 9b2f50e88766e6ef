package dev.adit.agent;

import dev.adit.core.netcheck.Evidence;
import dev.adit.core.netcheck.NatVerdict;
import dev.adit.core.netcheck.NetCheck;
import dev.adit.core.netcheck.NetReport;
import dev.adit.net.Clock;
import dev.adit.net.udp.UdpLoop;
import dev.adit.wire.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Answers `adit netcheck`: what the last network check found, as JSON.
final class NetCheckQuestion {
  private final NetCheck netcheck;
  private final DataPlane plane;
  private final Clock clock;

  NetCheckQuestion(NetCheck netcheck, DataPlane plane, Clock clock) {
    this.netcheck = netcheck;
    this.plane = plane;
    this.clock = clock;
  }

  /// On another thread than the loop's.
  String answer(UdpLoop loop) {
    return LoopQuestion.ask(loop, this::json);
  }

  private String json() {
    NetReport now = netcheck.report();
    var json = new JsonWriter().beginObject().name("families").beginArray();
    family(json, "IPv4", now.v4());
    family(json, "IPv6", now.v6());
    json.endArray().name("answers").beginArray();
    for (NetReport.Sample sample : now.servers()) {
      if (sample.answered()) {
        json.beginObject().member("server", sample.server().toString());
        json.member("mapped", sample.mapped().toString());
        json.member("rttMicros", sample.rttNanos() / 1_000).endObject();
      }
    }
    json.endArray().name("relays").beginArray();
    for (DerpLink link : plane.links().all()) {
      json.beginObject()
          .member("name", link.target().name())
          .member("home", link == plane.links().home());
      json.member("connected", link.isUp());
      if (link.rttNanos() >= 0) {
        json.member("rttMicros", link.rttNanos() / 1_000);
      }
      json.endObject();
    }
    json.endArray().member("measuring", netcheck.isMeasuring());
    return json.endObject().toString();
  }

  private void family(JsonWriter json, String name, NetReport.Family family) {
    NatVerdict nat = family.nat();
    json.beginObject().member("family", name);
    json.member("udp", text(family.udp()));
    json.member("mapping", text(family.mapping()));
    json.strings("mapped", family.mapped());
    json.member("verdict", NetCheckSentences.of(family));
    json.member("class", text(nat.natClass()));
    json.member("certainty", text(nat.certainty()));
    json.member("filtering", text(nat.filtering()));
    json.member("allocation", text(nat.allocation()));
    json.member("allocationStep", nat.step());
    json.member("hairpin", text(nat.hairpin()));
    List<String> gaps = new ArrayList<>();
    nat.gaps().stream().sorted().forEach(gap -> gaps.add(text(gap)));
    json.strings("gaps", gaps);
    json.strings("advice", NetCheckSentences.advice(family));
    json.name("evidence").beginArray();
    for (Evidence one : family.evidence()) {
      evidence(json, one);
    }
    json.endArray().endObject();
  }

  private void evidence(JsonWriter json, Evidence one) {
    json.beginObject().member("test", text(one.test())).member("asked", one.asked().toString());
    json.member("from", one.from() == null ? null : from(one));
    json.member("result", text(one.result()));
    json.member("mapped", one.mapped() == null ? null : String.valueOf(one.mapped()));
    json.member("tries", one.tries());
    if (one.result() == Evidence.Result.ANSWERED) {
      json.member("rttMicros", one.rttNanos() / 1_000);
    }
    if (one.atNanos() > 0) {
      json.member("ageMillis", Math.max(0, clock.nanos() - one.atNanos()) / 1_000_000);
    }
    json.endObject();
  }

  /// Where the answer came from, or should have; an address alone where any port would have done.
  private static String from(Evidence one) {
    var from = one.from();
    if (from == null) {
      return "";
    }
    return from.port() == 0 ? from.address().toString() : from.toString();
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
