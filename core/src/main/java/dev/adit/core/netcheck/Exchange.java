package dev.adit.core.netcheck;

import dev.adit.core.netcheck.Evidence.Result;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One question, asked until it is answered or given up. Confined to its [NatTests].
final class Exchange {
  /// Three tries take 700 ms, so that a short loss does not look like a filter (R-STUN-20); and the
  /// server answers five such questions of one source a second.
  static final long SPACING = 350_000_000L;

  final Evidence.Test test;
  final Via via;
  final Endpoint to;
  final byte[] bytes;
  private final @Nullable TransactionId id;
  private final @Nullable Endpoint from;
  private final int mostTries;

  private int tries;
  private long firstSentAt;
  private long endedAt;
  private long dueAt = NetCheck.NEVER;
  private @Nullable Endpoint answeredFrom;
  @Nullable Endpoint mapped;
  Result result = Result.WAITING;

  private Exchange(
      Evidence.Test test,
      Via via,
      Endpoint to,
      @Nullable Endpoint from,
      int mostTries,
      byte[] bytes,
      @Nullable TransactionId id) {
    this.test = test;
    this.via = via;
    this.to = to;
    this.from = from;
    this.mostTries = mostTries;
    this.bytes = bytes;
    this.id = id;
  }

  /// A Binding request.
  ///
  /// @param from where the answer must come from; port 0 for any other port of that address
  static Exchange stun(
      Evidence.Test test,
      Via via,
      Endpoint to,
      Endpoint from,
      RandomGenerator random,
      StunAttribute... attributes) {
    var id = TransactionId.random(random);
    byte[] bytes = StunMessage.request(id, attributes).encode();
    return new Exchange(test, via, to, from, attributes.length > 0 ? 3 : 4, bytes, id);
  }

  /// A datagram that is to come back as it is.
  static Exchange echo(Endpoint to, RandomGenerator random) {
    byte[] token = new byte[24];
    random.nextBytes(token);
    token[0] = (byte) 0xff; // neither STUN nor WireGuard, whoever else may get it
    return new Exchange(Evidence.Test.HAIRPIN, Via.SECOND, to, null, 3, token, null);
  }

  boolean isWaiting() {
    return result == Result.WAITING;
  }

  long dueAt() {
    return isWaiting() ? dueAt : NetCheck.NEVER;
  }

  /// @return true if the question is to be sent now
  boolean timeReached(long now) {
    if (!isWaiting() || tries > 0 && now < dueAt) {
      return false;
    }
    if (tries == mostTries) {
      end(Result.SILENT, now);
      return false;
    }
    if (tries == 0) {
      firstSentAt = now;
    }
    tries++;
    dueAt = now + SPACING;
    return true;
  }

  /// @return true if the datagram was the answer
  boolean received(Endpoint source, byte[] datagram, int offset, int length, long now) {
    if (!isWaiting() || tries == 0) {
      return false;
    }
    if (id == null) {
      if (!Arrays.equals(datagram, offset, offset + length, bytes, 0, bytes.length)) {
        return false;
      }
      answeredFrom = source;
      end(Result.ANSWERED, now);
      return true;
    }
    try {
      return answered(StunMessage.decode(datagram, offset, length), source, now);
    } catch (MalformedException e) {
      return false;
    }
  }

  private boolean answered(StunMessage message, Endpoint source, long now) {
    if (!message.id().equals(id) || !message.fingerprint()) {
      return false;
    }
    boolean success =
        message.type() == StunMessage.BINDING_SUCCESS && message.notUnderstood().isEmpty();
    if (success && isExpected(source)) {
      answeredFrom = source;
      mapped = message.mapped();
      end(mapped == null ? Result.REFUSED : Result.ANSWERED, now);
    } else if (source.equals(to) && (success || message.type() == StunMessage.BINDING_ERROR)) {
      end(Result.REFUSED, now);
    } else {
      return false;
    }
    return true;
  }

  private boolean isExpected(Endpoint source) {
    return from != null
        && (from.port() == 0
            ? source.address().equals(from.address()) && source.port() != to.port()
            : source.equals(from));
  }

  private void end(Result how, long now) {
    result = how;
    endedAt = now;
    dueAt = NetCheck.NEVER;
  }

  @Nullable Endpoint answeredFrom() {
    return answeredFrom;
  }

  Evidence evidence() {
    return new Evidence(
        test,
        to,
        answeredFrom == null ? from : answeredFrom,
        result,
        mapped,
        tries,
        result == Result.ANSWERED ? endedAt - firstSentAt : 0,
        endedAt);
  }
}
