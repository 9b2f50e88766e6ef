package dev.adit.coordinator.verify;

import dev.adit.coordinator.NetworkAdmission;
import dev.adit.core.coordinator.VerifyUrlRow;
import dev.adit.core.coordinator.VerifyUrls;
import dev.adit.core.limit.TokenBucket;
import dev.adit.crypto.Hash;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.metrics.Counts;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.derp.VerifyQuestion;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Answers `derper -verify-client-url` (derp §8.3, relay-rung RR-43): `POST /derp/verify/SECRET`
/// with a client's key, of which it says whether it is one of the URL's network. Thread-safe.
///
/// Without a good secret it answers as for any path that does not exist. Secrets are looked up by
/// their hash, so the time tells nothing of them.
public final class VerifyDoor implements HttpHandler, Readings.Source {
  /// Below this, the secret, as 22 characters of base64url.
  public static final String PATH = "/derp/verify";

  /// Of a question; longer ones are not read.
  public static final int MOST_BYTES = VerifyQuestion.MAX_BYTES;

  private static final HttpResponse NOT_FOUND = HttpResponse.text(404, "not found");
  private static final double PER_SECOND = 50;

  private final NetworkAdmission admission;
  private final Clock clock;
  private final Map<String, Url> urls = new ConcurrentHashMap<>(); // by the secret's hash, in hex
  private final Counts<VerifyAnswer> answers = new Counts<>(VerifyAnswer.class);

  /// @param bucket of its questions; guarded by itself
  private record Url(UUID network, TokenBucket bucket) {}

  /// @param rows as the database has them
  public VerifyDoor(NetworkAdmission admission, List<VerifyUrlRow> rows, Clock clock) {
    this.admission = admission;
    this.clock = clock;
    rows.forEach(this::put);
  }

  /// A URL was made or revoked.
  void put(VerifyUrlRow row) {
    String hash = Text.hex(row.secretHash());
    if (row.isRevoked()) {
      urls.remove(hash);
    } else {
      urls.put(hash, new Url(row.network(), new TokenBucket(PER_SECOND, PER_SECOND)));
    }
  }

  @Override
  public HttpResponse handle(HttpRequest request) {
    Url url = url(request.path());
    if (url == null) {
      return counted(VerifyAnswer.UNKNOWN_URL, NOT_FOUND);
    }
    if (!request.method().equals("POST")) {
      return counted(VerifyAnswer.MALFORMED, HttpResponse.text(405, "only POST"));
    }
    synchronized (url.bucket) {
      if (!url.bucket.take(1, clock.nanos())) {
        return counted(VerifyAnswer.TOO_MANY, HttpResponse.text(429, "too many questions"));
      }
    }
    try {
      var question = VerifyQuestion.fromJson(request.body());
      boolean allow = admission.serves(question.key(), url.network);
      return counted(
          allow ? VerifyAnswer.ALLOWED : VerifyAnswer.REFUSED,
          HttpResponse.json(200, VerifyQuestion.answer(allow)));
    } catch (MalformedException e) {
      return counted(
          VerifyAnswer.MALFORMED, HttpResponse.text(400, String.valueOf(e.getMessage())));
    }
  }

  private @Nullable Url url(String path) {
    if (!path.startsWith(PATH + "/")) {
      return null;
    }
    try {
      byte[] secret = Text.parseB64(path.substring(PATH.length() + 1), VerifyUrls.SECRET_BYTES);
      return urls.get(Text.hex(Hash.sha256(secret)));
    } catch (MalformedException e) {
      return null;
    }
  }

  private HttpResponse counted(VerifyAnswer what, HttpResponse answer) {
    answers.count(what);
    return answer;
  }

  @Override
  public void read(Readings into) {
    into.counters(
        "adit_coordinator_verify_questions_total",
        "Questions of foreign relays about clients, by what they were answered.",
        "answer",
        VerifyAnswer.values(),
        VerifyAnswer::sentence,
        answers::value);
  }
}
