package dev.adit.cli.demo;

import dev.adit.cli.demo.Event.Measured;
import dev.adit.cli.lab.Counters;
import dev.adit.cli.lab.Counters.Count;
import dev.adit.cli.lab.Counters.Place;
import dev.adit.cli.lab.Lab;
import dev.adit.wire.JsonWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Events as JSON objects of one line, for `adit demo -o json`.
final class EventJson {
  private static final String[] SITES = {"l", "r", "srv"};
  private static final String[] PROTOCOLS = {"udp", "tcp", "other"};

  private EventJson() {}

  static String of(Event event) {
    JsonWriter json = new JsonWriter(1024).beginObject();
    switch (event) {
      case Event.RowBegun(Row row, Lab lab) -> begun(json, row, lab);
      case Event.Progress(Row row, String doing) ->
          json.member("event", "progress").member("row", row.name()).member("doing", doing);
      case Event.RowEnded(Row row, Measured measured, String reason) ->
          ended(json, row, measured, reason);
      case Event.Ended(int rows, int passed) ->
          json.member("event", "end")
              .member("ok", rows == passed)
              .member("rows", rows)
              .member("passed", passed);
    }
    return json.endObject().toString();
  }

  private static void begun(JsonWriter json, Row row, Lab lab) {
    json.member("event", "row").member("row", row.name());
    json.member("left", row.left()).member("right", row.right());
    json.member("expected", row.expected().toString());
    json.name("namespaces").beginObject();
    json.member("left", lab.namespace("l")).member("right", lab.namespace("r"));
    json.member("leftGateway", lab.namespace("lgw"));
    json.member("rightGateway", lab.namespace(row.isSameLan() ? "lgw" : "rgw"));
    json.member("core", lab.namespace("inet")).member("server", lab.namespace("srv"));
    json.endObject();
    json.name("addresses").beginObject();
    for (Map.Entry<String, String> address : new TreeMap<>(lab.addresses()).entrySet()) {
      json.member(address.getKey(), address.getValue());
    }
    json.endObject().member("folder", lab.folder().toString());
  }

  private static void ended(JsonWriter json, Row row, Measured measured, @Nullable String reason) {
    json.member("event", "result").member("row", row.name());
    json.member("ok", reason == null).member("reason", reason);
    json.member("expected", row.expected().toString());
    json.member("path", measured.seen() == null ? null : measured.seen().toString());
    json.name("reported").beginObject();
    json.member("left", measured.leftPath()).member("right", measured.rightPath()).endObject();
    number(json, "firstPingMs", measured.firstPingMillis());
    number(json, "directMs", measured.directMillis());
    number(json, "rttMicros", measured.rttMicros());
    Long nanos = measured.transferNanos();
    number(json, "mbitPerSecond", nanos == null ? null : Report.mbitPerSecond(nanos));
    if (nanos != null) {
      json.name("transfer").beginObject().member("bytes", Transfer.BYTES);
      json.member("nanos", nanos).member("sha256", measured.sha256()).endObject();
    }
    Counters passed = measured.passed();
    if (passed != null) {
      json.name("counters").beginArray();
      for (Place place : Place.values()) {
        counters(json, place, passed);
      }
      json.endArray();
    }
  }

  /// Only what is not zero.
  private static void counters(JsonWriter json, Place place, Counters passed) {
    for (String from : SITES) {
      for (String to : SITES) {
        for (String protocol : PROTOCOLS) {
          Count count = passed.count(place, from, to, protocol);
          if (count.packets() > 0) {
            json.beginObject().member("place", place.toString().toLowerCase(Locale.ROOT));
            json.member("from", from).member("to", to).member("protocol", protocol);
            json.member("packets", count.packets()).member("bytes", count.bytes()).endObject();
          }
        }
      }
    }
  }

  private static void number(JsonWriter json, String name, @Nullable Long value) {
    json.name(name);
    if (value == null) {
      json.value((String) null);
    } else {
      json.value(value.longValue());
    }
  }
}
