package dev.adit.core.control;

import dev.adit.crypto.VerifyingKey;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.ControlMessage.Delta;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.NodePresence;
import dev.adit.wire.control.Critical;
import dev.adit.wire.control.Envelope;
import dev.adit.wire.control.HeadRecord;
import dev.adit.wire.control.NodeRecord;
import dev.adit.wire.control.RelayRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The verified map of one network: head, records, and the token they belong to, which change
/// together or not at all (control R-AG-3). Confined to one thread.
final class HeldMap {
  private static final int MAX_NOTES = 16;
  private static final List<Prefix> PRIVATE =
      List.of(
          Prefix.literal("10.0.0.0/8"),
          Prefix.literal("172.16.0.0/12"),
          Prefix.literal("192.168.0.0/16"),
          Prefix.literal("100.64.0.0/10"),
          Prefix.literal("fc00::/7"));

  /// What the coordinator must hear about a message it sent.
  ///
  /// @param newer node records held here that are newer than those it sent
  /// @param unsupported what it called critical and is not understood here
  record Answers(List<Envelope> newer, List<String> unsupported) {}

  final HeldRecords<NodeRecord> nodes;
  final HeldRecords<RelayRecord> relays;
  private UUID self;
  private Envelope headEnvelope;
  private HeadRecord head;
  private long revision;
  private String token;
  private long time;

  // For `status`.
  private final Map<UUID, String> conflicts = new LinkedHashMap<>();
  private final Set<String> dropped = new LinkedHashSet<>();

  /// Begins with the head of a message; its records come with [#replace].
  HeldMap(NetworkMap message, HeadRecord head) {
    this.nodes = new HeldRecords<>(RecordKind.NODE, head.network());
    this.relays = new HeldRecords<>(RecordKind.RELAY, head.network());
    this.self = message.self();
    this.headEnvelope = message.head();
    this.head = head;
    this.revision = message.revision();
    this.token = message.token();
  }

  /// The head of a message, if it is good: signed, of this network, of the message's revision. A
  /// coordinator that somebody has taken over must not draw other traffic than a private network's
  /// into the tunnel (control R-REC-7): ranges count only inside RFC 1918, 6598 and 4193.
  static HeadRecord verifiedHead(
      Envelope envelope, UUID network, long revision, List<VerifyingKey> recordKeys)
      throws MalformedException {
    if (!envelope.isSignedBy(Context.HEAD, recordKeys)) {
      throw new MalformedException("head: no good signature");
    }
    JsonObject body = Json.parseObject(envelope.body());
    String critical = Critical.notUnderstood(body, HeadRecord.MEMBERS);
    if (critical != null) {
      throw new MalformedException("head." + critical + " needs a newer program");
    }
    HeadRecord record = HeadRecord.read(body);
    if (!record.network().equals(network) || record.revision() != revision) {
      throw new MalformedException("head: of another network or revision");
    }
    for (Prefix range : record.ranges()) {
      if (PRIVATE.stream()
          .noneMatch(wide -> wide.length() <= range.length() && wide.contains(range.address()))) {
        throw new MalformedException("head: range " + range + " is not of private addresses");
      }
    }
    return record;
  }

  /// What a signed head calls critical and is not understood here; null for every other head.
  static @Nullable String notUnderstood(Envelope envelope, List<VerifyingKey> recordKeys)
      throws MalformedException {
    String critical = Critical.notUnderstood(Json.parseObject(envelope.body()), HeadRecord.MEMBERS);
    return critical != null && envelope.isSignedBy(Context.HEAD, recordKeys)
        ? "head." + critical
        : null;
  }

  /// Takes a whole map; ids absent from it are dropped, records older than those held are not
  /// taken.
  Answers replace(NetworkMap map, HeadRecord newHead, List<VerifyingKey> recordKeys, long clock) {
    self = map.self();
    dropped.clear();
    var answers = new Answers(new ArrayList<>(), new ArrayList<>());
    // As many as a message holds, beside those held that are about to go.
    int any = Integer.MAX_VALUE;
    nodes.retain(takeNodes(map.nodes(), recordKeys, any, answers));
    relays.retain(takeRelays(map.relays(), recordKeys, any, answers));
    hold(map.head(), newHead, map.revision(), map.token(), clock);
    return answers;
  }

  Answers change(Delta delta, HeadRecord newHead, List<VerifyingKey> recordKeys, long clock) {
    var answers = new Answers(new ArrayList<>(), new ArrayList<>());
    takeNodes(delta.nodes(), recordKeys, RecordKind.NODE.most(), answers);
    takeRelays(delta.relays(), recordKeys, RecordKind.RELAY.most(), answers);
    for (UUID gone : delta.gone()) {
      nodes.remove(gone);
    }
    for (UUID gone : delta.goneRelays()) {
      relays.remove(gone);
    }
    hold(delta.head(), newHead, delta.revision(), delta.token(), clock);
    return answers;
  }

  private Set<UUID> takeNodes(
      List<Envelope> envelopes, List<VerifyingKey> recordKeys, int most, Answers answers) {
    Set<UUID> ids = new HashSet<>();
    for (Envelope envelope : envelopes) {
      switch (nodes.offer(envelope, recordKeys, most)) {
        case HeldRecords.Outcome.Taken<NodeRecord>(UUID id) -> {
          ids.add(id);
          conflicts.remove(id);
        }
        case HeldRecords.Outcome.Older<NodeRecord>(UUID id, var kept) -> {
          ids.add(id);
          answers.newer.add(kept.envelope());
          conflict(id, kept.record().name());
        }
        case HeldRecords.Outcome.Bad<NodeRecord>(String why) -> drop(why);
        case HeldRecords.Outcome.NotUnderstood<NodeRecord>(String what) ->
            answers.unsupported.add(what);
      }
    }
    return ids;
  }

  private Set<UUID> takeRelays(
      List<Envelope> envelopes, List<VerifyingKey> recordKeys, int most, Answers answers) {
    Set<UUID> ids = new HashSet<>();
    for (Envelope envelope : envelopes) {
      switch (relays.offer(envelope, recordKeys, most)) {
        case HeldRecords.Outcome.Taken<RelayRecord>(UUID id) -> {
          ids.add(id);
          conflicts.remove(id);
        }
        // The message `newer` is for nodes only; a relay's record is renewed within days anyway.
        case HeldRecords.Outcome.Older<RelayRecord>(UUID id, var kept) -> {
          ids.add(id);
          conflict(id, kept.record().description().name());
        }
        case HeldRecords.Outcome.Bad<RelayRecord>(String why) -> drop(why);
        case HeldRecords.Outcome.NotUnderstood<RelayRecord>(String what) ->
            answers.unsupported.add(what);
      }
    }
    return ids;
  }

  private void hold(
      Envelope envelope, HeadRecord newHead, long newRevision, String newToken, long clock) {
    headEnvelope = envelope;
    head = newHead;
    revision = newRevision;
    token = newToken;
    time = clock;
    Set<UUID> ids = new HashSet<>(nodes.ids());
    ids.addAll(relays.ids());
    conflicts.keySet().retainAll(ids);
  }

  private void conflict(UUID id, String name) {
    conflicts.put(id, "the coordinator showed an older record of " + name + "; the newer is kept");
  }

  private void drop(String why) {
    if (dropped.size() < MAX_NOTES) {
      dropped.add(why);
    }
  }

  /// The map as the message that would make it.
  NetworkMap message(List<NodePresence> presence) {
    return new NetworkMap(
        head.network(),
        revision,
        token,
        headEnvelope,
        self,
        nodes.envelopes(),
        relays.envelopes(),
        presence);
  }

  /// The id of our own node.
  UUID self() {
    return self;
  }

  HeadRecord head() {
    return head;
  }

  long revision() {
    return revision;
  }

  String token() {
    return token;
  }

  /// The coordinator has just said, or its stream has been saying, that nothing is newer.
  void confirmed(long clock) {
    time = clock;
  }

  /// Until when it is known to have been the newest, seconds since 1970.
  long time() {
    return time;
  }

  /// Sentences for `status`, at most 32.
  List<String> notes() {
    List<String> notes = new ArrayList<>(dropped);
    for (String conflict : conflicts.values()) {
      if (notes.size() < 2 * MAX_NOTES) {
        notes.add(conflict);
      }
    }
    return notes;
  }
}
