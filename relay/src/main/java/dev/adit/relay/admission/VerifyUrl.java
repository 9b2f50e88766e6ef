package dev.adit.relay.admission;

import dev.adit.core.admission.Applicant;
import dev.adit.net.http.HttpHead;
import dev.adit.net.local.Deadline;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HostAddresses;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.VerifyQuestion;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/// A web server that is asked about each client by `POST` (derp §8.3).
///
/// Only status 200 with `{"Allow":true}` admits; redirects are not followed. What it means that the
/// server cannot be asked is for the operator to say; whatever it answers counts.
public final class VerifyUrl implements Verifier {
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  private final boolean secure;
  private final String host;
  private final int port;
  private final String authority;
  private final String target;
  private final boolean failOpen;

  private VerifyUrl(URI url, boolean failOpen) {
    this.secure = url.getScheme().equals("https");
    String named = url.getHost();
    this.host = named.startsWith("[") ? named.substring(1, named.length() - 1) : named;
    this.port = url.getPort() > 0 ? url.getPort() : secure ? HTTPS : HTTP;
    this.authority = url.getRawAuthority();
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    this.target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    this.failOpen = failOpen;
  }

  /// @param url `https://…` or, within a network one trusts, `http://…`
  /// @param failOpen admit clients while the server cannot be reached
  /// @throws MalformedException if that is no such URL
  public static VerifyUrl of(String url, boolean failOpen) throws MalformedException {
    try {
      var uri = new URI(url);
      String scheme = uri.getScheme();
      if (scheme != null
          && (scheme.equals("https") || scheme.equals("http"))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null) {
        return new VerifyUrl(uri, failOpen);
      }
    } catch (URISyntaxException e) {
      // told below
    }
    throw new MalformedException("expected https://HOST[:PORT]/PATH, without user and fragment");
  }

  @Override
  public String name() {
    return "url";
  }

  @Override
  public VerifyOutcome ask(Applicant applicant, Duration limit) {
    var address = applicant.address();
    var question = new VerifyQuestion(applicant.key(), address == null ? "" : address.toString());
    try (Connection connection = connect(limit);
        var _ = new Deadline(limit, connection::close)) {
      connection.readTimeout(limit);
      var answer =
          HttpExchange.request(
              connection,
              "POST",
              authority,
              target,
              Map.of("Connection", "close"),
              question.toJson().getBytes(StandardCharsets.UTF_8),
              VerifyQuestion.MAX_BYTES);
      if (answer.status() != 200) {
        return VerifyOutcome.BAD_ANSWER;
      }
      return VerifyQuestion.allows(answer.body()) ? VerifyOutcome.ADMITTED : VerifyOutcome.REFUSED;
    } catch (MalformedException | HttpHead.BodyTooLong e) {
      return VerifyOutcome.BAD_ANSWER;
    } catch (SocketTimeoutException e) {
      return late();
    } catch (IOException e) {
      return failOpen ? VerifyOutcome.FAILED_OPEN : VerifyOutcome.UNREACHABLE;
    }
  }

  private Connection connect(Duration limit) throws IOException {
    return secure
        ? TlsClient.connect(host, port, PinPolicy.publicRoots(), limit)
        : TlsClient.connectPlain(HostAddresses.resolve(host, port), limit);
  }

  @Override
  public VerifyOutcome late() {
    return failOpen ? VerifyOutcome.FAILED_OPEN : VerifyOutcome.TIMEOUT;
  }
}
