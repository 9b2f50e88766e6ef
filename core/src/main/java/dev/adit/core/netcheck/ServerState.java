package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One server: the transaction under way with it, and its last answer (R-STUN-3). Confined to its
/// [NetCheck].
final class ServerState {
  private static final long MILLISECOND = 1_000_000;

  /// When nothing is known of the round trip: sent again at these times, given up at the last.
  private static final long[] FIRST = {
    100 * MILLISECOND, 200 * MILLISECOND, 400 * MILLISECOND, 800 * MILLISECOND, 1600 * MILLISECOND
  };

  private static final int TRIES_WITH_RTT = 3;
  private static final long MIN_SPACING = 100 * MILLISECOND;
  private static final long BACK_OFF = 30_000 * MILLISECOND;

  final StunServer server;

  /// Asked only where the family's other servers are silent (R-STUN-24).
  final boolean spare;

  private @Nullable StunMessage request;
  private long firstSentAt;
  private int sent;
  private long dueAt = NetCheck.NEVER;
  private long notBefore;

  @Nullable Endpoint mapped;
  long answeredAt;
  long rtt;

  /// The server's other address and port, if it has told of one.
  @Nullable Endpoint other;

  /// When the last transaction ended; 0 before.
  private long endedAt;

  ServerState(StunServer server, boolean spare) {
    this.server = server;
    this.spare = spare;
  }

  boolean isV4() {
    return server.endpoint().address().isV4();
  }

  /// @return the request to send, or null while the server wants to be left alone
  byte @Nullable [] begin(RandomGenerator random, long now) {
    if (now < notBefore) {
      return null;
    }
    StunMessage first = StunMessage.request(TransactionId.random(random));
    request = first;
    firstSentAt = now;
    sent = 1;
    dueAt = now + untilNext();
    return first.encode();
  }

  private long untilNext() {
    return rtt > 0
        ? Math.max(MIN_SPACING, rtt + rtt / 2)
        : FIRST[sent - 1] - (sent == 1 ? 0 : FIRST[sent - 2]);
  }

  /// @return what to send again now, or null
  byte @Nullable [] timeReached(long now) {
    if (request == null || now < dueAt) {
      return null;
    }
    if (sent == (rtt > 0 ? TRIES_WITH_RTT : FIRST.length)) {
      end();
      endedAt = now;
      rtt = 0; // the path may have changed: measure anew
      return null;
    }
    sent++;
    dueAt = now + untilNext();
    return request.encode();
  }

  boolean isWaiting() {
    return request != null;
  }

  long wakeAt() {
    return dueAt;
  }

  boolean expects(StunMessage message, Endpoint from) {
    return request != null
        && message.id().equals(request.id())
        && from.equals(server.endpoint())
        && (message.fingerprint() || !server.signs());
  }

  /// @return false if the answer is of no use; the transaction has then failed
  boolean answered(StunMessage message, long now) {
    Endpoint seen = message.type() == StunMessage.BINDING_SUCCESS ? message.mapped() : null;
    end();
    endedAt = now;
    if (seen == null || !isPossible(seen)) {
      notBefore = now + BACK_OFF; // R-STUN-4: it wants credentials, or is in trouble
      return false;
    }
    mapped = seen;
    answeredAt = now;
    rtt = Math.max(1, now - firstSentAt);
    var told = message.first(StunAttribute.OtherAddress.class);
    other = told != null && isSecond(told.endpoint()) ? told.endpoint() : null;
    return true;
  }

  /// Both address and port must be others, or the tests prove nothing.
  private boolean isSecond(Endpoint told) {
    return isPossible(told)
        && !told.address().equals(server.endpoint().address())
        && told.port() != server.endpoint().port();
  }

  /// What the last transaction brought.
  Evidence evidence() {
    boolean answered = mapped != null && answeredAt == endedAt;
    return new Evidence(
        Evidence.Test.MAPPING,
        server.endpoint(),
        server.endpoint(),
        answered
            ? Evidence.Result.ANSWERED
            : isWaiting() || sent == 0 ? Evidence.Result.WAITING : Evidence.Result.SILENT,
        mapped,
        sent,
        rtt,
        endedAt);
  }

  /// An address of ours, which peers will be told, has a port and the family of the request.
  private boolean isPossible(Endpoint seen) {
    return seen.port() != 0
        && seen.address().isV4() == isV4()
        && !seen.address().isUnspecified()
        && !seen.address().isMulticast();
  }

  void end() {
    request = null;
    dueAt = NetCheck.NEVER;
  }

  void forget() {
    end();
    mapped = null;
    rtt = 0;
    notBefore = 0;
    sent = 0;
    endedAt = 0;
  }

  boolean isFresh(long now) {
    return mapped != null && now - answeredAt < NetCheck.FRESH;
  }
}
