package dev.adit.wire.control;

import dev.adit.crypto.PublicKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage.Admitted;
import dev.adit.wire.control.ControlMessage.ClassPair;
import dev.adit.wire.control.ControlMessage.DescribeRelay;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.RelayReport;
import dev.adit.wire.control.ControlMessage.ServedKey;
import dev.adit.wire.control.ControlMessage.ServedNetwork;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads and writes what a relay and its coordinator say to each other beyond what agents do
/// (relay-rung §7.1).
final class RelayMessages {
  static final Set<String> ADMISSION =
      Set.of(
          "type", "full", "base", "token", "more", "networks", "goneNetworks", "keys", "goneKeys");
  static final Set<String> DESCRIBE = describeMembers();
  static final Set<String> REPORT =
      Set.of("type", "derp", "udp", "sessions", "bytesPerSec", "health");

  private static final int MAX_TOKEN = 128;
  private static final int MAX_WORD = 64;
  private static final int MAX_NUMBER = 0x7fff_ffff;

  private RelayMessages() {}

  private static Set<String> describeMembers() {
    var members = new HashSet<>(RelayDescription.MEMBERS);
    members.add("type");
    members.add("id");
    return Set.copyOf(members);
  }

  static DescribeRelay describe(JsonObject o) throws MalformedException {
    return new DescribeRelay(o.integer("id", 1, Json.MAX_INTEGER), RelayDescription.read(o));
  }

  static RelayReport report(JsonObject o) throws MalformedException {
    return new RelayReport(
        (int) o.integer("derp", 0, MAX_NUMBER),
        (int) o.integer("udp", 0, MAX_NUMBER),
        (int) o.integer("sessions", 0, MAX_NUMBER),
        o.integer("bytesPerSec", 0, Json.MAX_INTEGER),
        Members.text(o, "health", MAX_WORD));
  }

  static Admitted admitted(JsonObject o) throws MalformedException {
    return new Admitted(Members.text(o, "token", MAX_TOKEN));
  }

  static RelayAdmission admission(JsonObject o) throws MalformedException {
    List<ServedNetwork> networks = new ArrayList<>();
    for (JsonObject network : o.objects("networks", RelayAdmission.MAX_NETWORKS)) {
      networks.add(network(network));
    }
    List<Integer> goneNetworks = new ArrayList<>();
    for (long n : o.integers("goneNetworks", RelayAdmission.MAX_NETWORKS, 0, MAX_NUMBER)) {
      goneNetworks.add((int) n);
    }
    List<ServedKey> keys = new ArrayList<>();
    for (JsonObject key : o.objects("keys", RelayAdmission.MAX_KEYS)) {
      keys.add(
          new ServedKey(
              Members.publicKey(key, "key"),
              (int) key.integer("n", 0, MAX_NUMBER),
              (int) key.integer("c", 0, RelayAdmission.MAX_CLASS),
              Members.text(key, "kind", MAX_WORD),
              key.integerOr("until", 0, 0, Json.MAX_INTEGER)));
    }
    return new RelayAdmission(
        o.bool("full"),
        Members.optionalText(o, "base", MAX_TOKEN),
        Members.text(o, "token", MAX_TOKEN),
        o.bool("more"),
        List.copyOf(networks),
        List.copyOf(goneNetworks),
        List.copyOf(keys),
        List.copyOf(Members.publicKeys(o, "goneKeys", RelayAdmission.MAX_KEYS)));
  }

  private static ServedNetwork network(JsonObject o) throws MalformedException {
    List<ClassPair> pairs = new ArrayList<>();
    if (!(o.value("pairs") instanceof List<?> listed) || listed.size() > RelayAdmission.MAX_PAIRS) {
      throw new MalformedException(
          "member pairs: needs a list of at most " + RelayAdmission.MAX_PAIRS);
    }
    for (Object pair : listed) {
      if (!(pair instanceof List<?> two)
          || two.size() != 2
          || !(two.get(0) instanceof Long a)
          || !(two.get(1) instanceof Long b)
          || a < 0
          || b < 0
          || a > RelayAdmission.MAX_CLASS
          || b > RelayAdmission.MAX_CLASS) {
        throw new MalformedException("member pairs: needs two classes, 0 to 65535, each");
      }
      pairs.add(new ClassPair(a.intValue(), b.intValue()));
    }
    return new ServedNetwork(
        (int) o.integer("n", 0, MAX_NUMBER), Members.id(o, "network"), List.copyOf(pairs));
  }

  static void write(JsonWriter w, DescribeRelay m) {
    w.beginObject().member("type", "relay").member("id", m.id());
    m.description().write(w);
  }

  static void write(JsonWriter w, RelayReport m) {
    w.beginObject()
        .member("type", "relayReport")
        .member("derp", m.derp())
        .member("udp", m.udp())
        .member("sessions", m.sessions())
        .member("bytesPerSec", m.bytesPerSec())
        .member("health", m.health());
  }

  static void write(JsonWriter w, RelayAdmission m) {
    w.beginObject()
        .member("type", "admission")
        .member("full", m.full())
        .member("base", m.base())
        .member("token", m.token())
        .member("more", m.more())
        .name("networks")
        .beginArray();
    for (ServedNetwork network : m.networks()) {
      w.beginObject()
          .member("n", network.n())
          .member("network", network.network().toString())
          .name("pairs")
          .beginArray();
      for (ClassPair pair : network.pairs()) {
        w.beginArray().value(pair.a()).value(pair.b()).endArray();
      }
      w.endArray().endObject();
    }
    w.endArray().name("goneNetworks").beginArray();
    for (int n : m.goneNetworks()) {
      w.value(n);
    }
    w.endArray().name("keys").beginArray();
    for (ServedKey key : m.keys()) {
      w.beginObject()
          .member("key", key.key().toB64())
          .member("n", key.n())
          .member("c", key.c())
          .member("kind", key.kind())
          .member("until", key.until())
          .endObject();
    }
    w.endArray().strings("goneKeys", m.goneKeys().stream().map(PublicKey::toB64).toList());
  }
}
