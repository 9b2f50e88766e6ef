package dev.adit.coordinator.stream;

import dev.adit.coordinator.store.Committed;
import dev.adit.coordinator.store.Transactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.core.coordinator.FailedJoins;
import dev.adit.core.coordinator.Joining;
import dev.adit.core.coordinator.NodeRow;
import dev.adit.core.coordinator.Refusal;
import dev.adit.net.Clock;
import dev.adit.wire.control.ControlMessage.Join;
import dev.adit.wire.control.ControlMessage.Joined;
import dev.adit.wire.control.NodeState;

/// Takes a `join` from the stream to the database and the answer back (control R-JOIN-5, R-JOIN-7).
/// Confined to the hub thread.
final class Joins {
  private static final int MOST_FAILED_JOINS = 5;

  private final Hub hub;
  private final HubThread thread;
  private final Writer writer;
  private final Transactions transactions;
  private final Clock clock;
  private final FailedJoins failedJoins = new FailedJoins();

  Joins(Hub hub, HubThread thread, Writer writer, Transactions transactions, Clock clock) {
    this.hub = hub;
    this.thread = thread;
    this.writer = writer;
    this.transactions = transactions;
    this.clock = clock;
  }

  /// A machine wants to become a node.
  ///
  /// @param proven it holds the node key of `join`
  void asked(OpenStream session, Join join, boolean proven) {
    if (mayNot(session, join.id())) {
      return;
    }
    var command =
        new Joining.Command(
            join.key(),
            join.secret(),
            session.peer.machine(),
            join.nodeKey(),
            proven,
            join.name(),
            join.addresses());
    long now = clock.wall().toEpochMilli();
    writer.submit(
        sql -> transactions.join(sql, command, now),
        result -> thread.post(() -> joined(session, join.id(), result)));
  }

  /// Too many joins of this stream failed; it has been told so.
  boolean mayNot(OpenStream session, long re) {
    if (session.failedJoins < MOST_FAILED_JOINS) {
      return false;
    }
    hub.counters.joinRefused("rate_limited");
    session.peer.send(Hub.failure(re, Refusal.rateLimited(60, true)));
    return true;
  }

  private void joined(OpenStream session, long re, Writer.Result<Transactions.Joined> result) {
    switch (result) {
      case Writer.Result.Failed(var refusal) -> {
        hub.counters.joinRefused(refusal.code());
        session.peer.send(Hub.failure(re, refusal));
      }
      case Writer.Result.Done(var done) -> {
        Committed committed = done.committed();
        if (committed != null) {
          hub.apply(committed);
        }
        switch (done.outcome()) {
          case Joining.Outcome.Refused(var refusal) -> refuse(session, re, refusal);
          case Joining.Outcome.Existing(var node) -> {
            hub.counters.joined(StreamCounters.Join.EXISTING);
            answer(session, re, node, true);
          }
          case Joining.Outcome.Rekeyed(var node) -> {
            hub.counters.joined(StreamCounters.Join.REKEYED);
            answer(session, re, node, true);
          }
          case Joining.Outcome.Created(var node) -> {
            hub.counters.joined(StreamCounters.Join.CREATED);
            StreamLog.joined(node);
            answer(session, re, node, false);
          }
        }
      }
    }
  }

  private void answer(OpenStream session, long re, NodeRow node, boolean existing) {
    NetworkRoom room = hub.room(node.network());
    room.afterDelta(() -> {
      // A node removed meanwhile, or a stream superseded: the agent asks again and learns it.
      if (!session.ended && room.view.nodes().containsKey(node.id())) {
        session.peer.send(new Joined(re, node.network(), node.id(), NodeState.ACTIVE, existing));
        room.attach(session, node.id(), null);
      }
    });
  }

  void refuse(OpenStream session, long re, Refusal refusal) {
    session.failedJoins++;
    Refusal told = refusal;
    if (refusal.code().equals("join_key_unknown")) {
      long wait = failedJoins.failed(session.peer.address(), clock.nanos());
      told = wait == 0 ? refusal : Refusal.rateLimited(wait, false);
    }
    hub.counters.joinRefused(told.code());
    StreamLog.joinRefused(told.code());
    session.peer.send(Hub.failure(re, told));
  }
}
