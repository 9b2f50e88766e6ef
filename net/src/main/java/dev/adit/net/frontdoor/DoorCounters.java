package dev.adit.net.frontdoor;

import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Histogram;
import dev.adit.net.metrics.Metric;
import dev.adit.net.metrics.Readings;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLException;

/// Everything a front door counts. Thread-safe.
final class DoorCounters {
  /// Why a connection was ended before anything was read.
  enum Refusal {
    TOO_MANY("The server has as many connections as it may."),
    TOO_MANY_OF_ADDRESS("Its address has too many whose peers have not proven who they are."),
    TOO_FAST("Its address makes new connections faster than TLS handshakes are given away."),
    ACCEPT_RATE("All together make new connections faster than the operator allows."),
    NO_PROXY_HEADER("It came from a proxy and did not begin with a PROXY header in time.");

    private final String sentence;

    Refusal(String sentence) {
      this.sentence = sentence;
    }
  }

  /// Why a TLS handshake did not succeed.
  enum TlsFailure {
    TIMEOUT("Not finished in time."),
    NOT_TLS("The first bytes were no TLS."),
    GONE("The peer ended the connection."),
    REFUSED("No common version or cipher, or one end refused the other's certificate."),
    OTHER("Anything else.");

    private final String sentence;

    TlsFailure(String sentence) {
      this.sentence = sentence;
    }

    static TlsFailure of(Throwable cause) {
      return switch (cause) {
        case SslHandshakeTimeoutException _ -> TIMEOUT;
        case NotSslRecordException _ -> NOT_TLS;
        case ClosedChannelException _ -> GONE;
        case SSLException e when e.getCause() instanceof ClosedChannelException -> GONE;
        case SSLException _ -> REFUSED;
        default -> OTHER;
      };
    }
  }

  /// Where a connection went when it left HTTP.
  enum Upgrade {
    DERP("To the relay."),
    DERP_WEBSOCKET("To the relay, inside a WebSocket."),
    MESSAGES("To the coordinator, as a WebSocket.");

    private final String sentence;

    Upgrade(String sentence) {
      this.sentence = sentence;
    }
  }

  /// Why a WebSocket was ended.
  enum BadMessage {
    TEXT("A text message, or a frame of unknown kind."),
    TOO_BIG("A message over 65,535 bytes, in DERP a frame over 1 MiB."),
    SUBPROTOCOL("It was to carry DERP, but asked for no subprotocol of that name."),
    FRAMES("Frames against RFC 6455, such as one without mask.");

    private final String sentence;

    BadMessage(String sentence) {
      this.sentence = sentence;
    }
  }

  private static final int STATUSES = 600;

  /// As the reference has them.
  private static final long[] FRAMES_OF_WRITES = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25, 50, 100
  };

  final LongAdder accepted = new LongAdder();
  final Counts<Refusal> refused = new Counts<>(Refusal.class);
  final Counts<TlsVersion> tlsDone = new Counts<>(TlsVersion.class);
  final Counts<TlsVersion> tlsOpen = new Counts<>(TlsVersion.class);
  final Counts<TlsFailure> tlsFailures = new Counts<>(TlsFailure.class);
  final LongAdder timeouts = new LongAdder();
  final Counts<Upgrade> upgrades = new Counts<>(Upgrade.class);
  final Counts<BadMessage> badMessages = new Counts<>(BadMessage.class);
  final Histogram framesOfWrites = new Histogram(1, FRAMES_OF_WRITES);
  private final AtomicLongArray answers = new AtomicLongArray(STATUSES);

  void answered(int status) {
    answers.incrementAndGet(status > 0 && status < STATUSES ? status : 0);
  }

  /// @param open connections there are now
  void read(int open, Readings into) {
    into.gauge("adit_http_connections", "TCP connections open to the front door.", open);
    into.counter(
        "adit_http_connections_accepted_total",
        "TCP connections accepted by the front door.",
        accepted.sum());
    into.counters(
        "adit_http_connections_refused_total",
        "TCP connections ended at once because of a limit, by reason.",
        "reason",
        Refusal.values(),
        refusal -> refusal.sentence,
        refused::value);
    Metric current =
        into.gauges("adit_tls_connections", "TLS connections open now, by version.", "version");
    Metric done =
        into.counters(
            "adit_tls_handshakes_total", "TLS handshakes that succeeded, by version.", "version");
    for (TlsVersion version : TlsVersion.values()) {
      current.explained(tlsOpen.value(version), version.label, version.sentence);
      done.explained(tlsDone.value(version), version.label, version.sentence);
    }
    into.counters(
        "adit_tls_handshakes_failed_total",
        "TLS handshakes that did not succeed, by reason.",
        "reason",
        TlsFailure.values(),
        failure -> failure.sentence,
        tlsFailures::value);
    into.counter(
        "adit_http_request_timeouts_total",
        "Connections ended because no whole request came in time.",
        timeouts.sum());
    into.counters(
        "adit_http_upgrades_total",
        "Connections that left HTTP, by where they went.",
        "to",
        Upgrade.values(),
        upgrade -> upgrade.sentence,
        upgrades::value);
    into.histogram(
        "adit_derp_write_frames",
        "DERP frames that left for a client together, without waiting for each other.",
        framesOfWrites);
    into.counters(
        "adit_websockets_refused_total",
        "WebSockets ended because of what the peer sent, by reason.",
        "reason",
        BadMessage.values(),
        bad -> bad.sentence,
        badMessages::value);
    Metric byStatus =
        into.counters(
            "adit_http_answers_total", "HTTP answers, by status; upgrades not counted.", "status");
    for (int status = 1; status < STATUSES; status++) {
      long count = answers.get(status);
      if (count > 0) {
        byStatus.add(count, Integer.toString(status));
      }
    }
  }
}
