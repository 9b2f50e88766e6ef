package dev.adit.coordinator.stream;

import dev.adit.coordinator.store.MemberTransactions;
import dev.adit.coordinator.store.Transactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.core.coordinator.AdmissionFeed;
import dev.adit.core.coordinator.NetworkView;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.RelayJoining;
import dev.adit.core.coordinator.RelayMember;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.wire.control.ControlMessage.DescribeRelay;
import dev.adit.wire.control.ControlMessage.Done;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.RelayReport;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The streams of relays: lets them join and describe themselves, and tells each whom to serve
/// (relay-rung §7.1). Confined to the hub thread.
final class RelayStreams {
  private final Hub hub;
  private final Joins joins;
  private final HubThread thread;
  private final Writer writer;
  private final Transactions transactions;
  private final Clock clock;
  private final AdmissionFeed feed;
  private final Map<PublicKey, RelayMember> members = new HashMap<>();
  private final Map<OpenStream, Relay> relays = new LinkedHashMap<>();

  /// One relay on line.
  private static final class Relay {
    private @Nullable RelayMember member; // null before it has joined
    private @Nullable String token; // of the set it was told last
    private @Nullable String admitted; // of the set it says is in force
    private @Nullable RelayReport report;
    private long reportedAt;
  }

  RelayStreams(
      Hub hub,
      Joins joins,
      HubThread thread,
      Writer writer,
      Transactions transactions,
      Clock clock,
      StartState state) {
    this.hub = hub;
    this.joins = joins;
    this.thread = thread;
    this.writer = writer;
    this.transactions = transactions;
    this.clock = clock;
    // Numbers of streams are never used twice, so a set of another process is never taken for ours.
    this.feed = new AdmissionFeed(Long.toHexString(state.firstStream()));
    for (NetworkView view : state.networks()) {
      feed.network(view.network().id());
    }
    state.members().forEach(member -> members.put(member.machineKey(), member));
  }

  void granted(PublicKey key, UUID network) {
    feed.grant(key, network);
  }

  /// @param until seconds since 1970
  void ends(PublicKey key, long until) {
    feed.ends(key, until);
  }

  void revoked(PublicKey key) {
    feed.revoke(key);
  }

  /// Tells every relay what was granted and revoked since the last time.
  void changed() {
    relays.forEach(this::tell);
  }

  private void tell(OpenStream session, Relay relay) {
    RelayMember member = relay.member;
    if (member == null) {
      return;
    }
    for (RelayAdmission part : feed.since(relay.token, member.network())) {
      session.peer.send(part);
    }
    relay.token = feed.token();
  }

  boolean isRelay(OpenStream session) {
    return relays.containsKey(session);
  }

  int online() {
    return relays.size();
  }

  /// A relay said `hello`.
  ///
  /// @param token of the set it holds, if it holds one
  void opened(OpenStream session, @Nullable String token) {
    var relay = new Relay();
    relays.put(session, relay);
    relay.token = token;
    RelayMember member = members.get(session.peer.machine());
    if (member != null) {
      joined(session, relay, member);
    }
  }

  private void joined(OpenStream session, Relay relay, RelayMember member) {
    relay.member = member;
    session.peer.nodeKnown();
    String current = feed.token();
    if (current.equals(relay.token)) {
      // Says that nothing is new, so that a relay that was cut off knows (RR-42).
      List<PublicKey> none = List.of();
      session.peer.send(
          new RelayAdmission(
              false, current, current, false, List.of(), List.of(), List.of(), none));
    }
    tell(session, relay);
  }

  void closed(OpenStream session) {
    relays.remove(session);
  }

  void admitted(OpenStream session, String token) {
    Relay relay = relays.get(session);
    if (relay != null) {
      relay.admitted = token;
    }
  }

  void reported(OpenStream session, RelayReport report) {
    Relay relay = relays.get(session);
    if (relay != null) {
      relay.report = report;
      relay.reportedAt = clock.wall().getEpochSecond();
    }
  }

  /// How each relay that joined is, by its server key.
  Map<PublicKey, RelayState> states() {
    var states = new HashMap<PublicKey, RelayState>();
    members.values().forEach(member -> states.put(member.relayKey(), RelayState.OFF));
    for (Relay relay : relays.values()) {
      RelayMember member = relay.member;
      if (member != null) {
        boolean current = relay.token != null && relay.token.equals(relay.admitted);
        states.put(
            member.relayKey(), new RelayState(true, current, relay.report, relay.reportedAt));
      }
    }
    return states;
  }

  /// A relay wants the whole set.
  void resync(OpenStream session) {
    Relay relay = relays.get(session);
    if (relay != null) {
      relay.token = null;
      tell(session, relay);
    }
  }

  void join(OpenStream session, Join join, boolean proven) {
    if (joins.mayNot(session, join.id())) {
      return;
    }
    var command =
        new RelayJoining.Command(
            join.key(), join.secret(), session.peer.machine(), join.nodeKey(), proven);
    long now = clock.wall().getEpochSecond();
    writer.submit(
        sql -> MemberTransactions.join(sql, command, now),
        result -> thread.post(() -> joined(session, join.id(), result)));
  }

  private void joined(OpenStream session, long re, Writer.Result<RelayJoining.Outcome> result) {
    switch (result) {
      case Writer.Result.Failed(var refusal) -> session.peer.send(Hub.failure(re, refusal));
      case Writer.Result.Done(RelayJoining.Outcome.Refused(var refusal)) ->
          joins.refuse(session, re, refusal);
      case Writer.Result.Done(RelayJoining.Outcome.Existing(var member)) ->
          accept(session, re, member);
      case Writer.Result.Done(RelayJoining.Outcome.Created(var member)) -> {
        StreamLog.relayJoined(member);
        accept(session, re, member);
      }
    }
  }

  private void accept(OpenStream session, long re, RelayMember member) {
    members.put(member.machineKey(), member);
    Relay relay = relays.get(session);
    if (relay != null) {
      session.peer.send(new Done(re));
      joined(session, relay, member);
    }
  }

  /// A relay was removed: it hears that it serves nobody any more.
  void removed(RelayMember member) {
    members.remove(member.machineKey());
    relays.forEach((session, relay) -> {
      if (member.equals(relay.member)) {
        relay.member = null;
        session.peer.send(Hub.failure(0, Refusal.relayNotJoined()));
      }
    });
  }

  /// A relay says how it is reached.
  void described(OpenStream session, DescribeRelay told) {
    Relay relay = relays.get(session);
    RelayMember member = relay == null ? null : relay.member;
    if (member == null) {
      session.peer.send(Hub.failure(told.id(), Refusal.relayNotJoined()));
      return;
    }
    if (!told.description().key().equals(member.relayKey())) {
      session.peer.send(Hub.failure(told.id(), Refusal.relayKey()));
      return;
    }
    long now = clock.wall().toEpochMilli();
    writer.submit(
        sql -> MemberTransactions.describe(sql, transactions, member, told.description(), now),
        result ->
            thread.post(() -> {
              switch (result) {
                case Writer.Result.Failed(var refusal) ->
                    session.peer.send(Hub.failure(told.id(), refusal));
                case Writer.Result.Done(var committed) -> {
                  committed.forEach(hub::apply);
                  session.peer.send(new Done(told.id()));
                }
              }
            }));
  }
}
