package dev.adit.net.certificates;

import dev.adit.crypto.CryptoException;
import dev.adit.crypto.SelfSigned;
import dev.adit.crypto.TlsKey;
import dev.adit.net.Clock;
import dev.adit.net.certificates.AcmeConfig.ChallengeKind;
import dev.adit.net.files.StateFiles;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.exception.AcmeUserActionRequiredException;

/// Orders certificates from an authority (ACME, RFC 8555), with acme4j. One order at a time, on the
/// caller's thread, which waits for the authority: minutes, if need be.
///
/// The account's key is made at the first order and kept in the folder, so that the account is the
/// same after a restart; its URL beside it, for the same reason.
public final class AcmeClient {
  private static final String ACCOUNT_KEY = "account.pem";
  private static final String ACCOUNT_URL = "account.url";
  private static final int LONGEST_FILE = 64 * 1024;
  private static final Duration ANSWER_TIME = Duration.ofSeconds(30);
  private static final Duration STEP_TIME = Duration.ofMinutes(3);
  private static final String UNKNOWN_ACCOUNT = "urn:ietf:params:acme:error:accountDoesNotExist";

  private final AcmeConfig config;
  private final AcmeChallenges challenges;
  private final Clock clock;
  private final RandomGenerator random;
  private @Nullable Login login;

  /// @param challenges where proofs are put out
  /// @param random cryptographically secure outside of tests
  public AcmeClient(
      AcmeConfig config, AcmeChallenges challenges, Clock clock, RandomGenerator random) {
    this.config = config;
    this.challenges = challenges;
    this.clock = clock;
    this.random = random;
  }

  /// Orders a certificate and waits for it.
  ///
  /// @param name a DNS name in lower case, or an IP literal without brackets
  /// @param key to certify, on P-256
  /// @param profile asked for where the authority has it; null for the usual
  /// @param attempt 0 for the first try, then how many have failed: each takes the next kind of
  ///   proof
  /// @throws AcmeRefusal if it does not come to one
  /// @throws InterruptedException if the thread is interrupted while it waits
  public synchronized TlsIdentity order(
      String name, TlsKey key, @Nullable String profile, int attempt)
      throws AcmeRefusal, InterruptedException {
    try {
      Login account = account();
      var builder = account.newOrder().identifier(identifier(name));
      if (profile != null && account.getSession().getMetadata().isProfileAllowed(profile)) {
        builder.profile(profile);
      }
      Order order = builder.create();
      for (Authorization authorization : order.getAuthorizations()) {
        prove(name, authorization, attempt);
      }
      require(
          order.waitUntilReady(STEP_TIME),
          Status.READY,
          order.getError(),
          CertificateFailure.REFUSED);
      order.execute(key.pair());
      require(
          order.waitForCompletion(STEP_TIME),
          Status.VALID,
          order.getError(),
          CertificateFailure.REFUSED);
      var identity = TlsIdentity.of(key, order.getCertificate().getCertificateChain());
      if (!identity.names(name)) {
        throw new AcmeRefusal(
            CertificateFailure.UNUSABLE, "the certificate that was issued has not the name");
      }
      return identity;
    } catch (AcmeException e) {
      throw refusal(e);
    } catch (CryptoException | IOException e) {
      throw new AcmeRefusal(CertificateFailure.UNUSABLE, String.valueOf(e.getMessage()), null, e);
    }
  }

  private static Identifier identifier(String name) throws IOException {
    try {
      return Identifier.ip(InetAddress.getByAddress(IpAddress.parse(name).bytes()));
    } catch (MalformedException e) {
      return Identifier.dns(name);
    }
  }

  private void prove(String name, Authorization authorization, int attempt)
      throws AcmeException, AcmeRefusal, CryptoException, InterruptedException {
    var _ = authorization.fetch();
    if (authorization.getStatus() == Status.VALID) {
      return; // proven not long ago
    }
    Challenge challenge = choose(authorization, attempt);
    try (AcmeChallenges.Proof _ = proof(name, authorization, challenge)) {
      challenge.trigger();
      Status status = authorization.waitForCompletion(STEP_TIME);
      var _ = challenge.fetch();
      require(status, Status.VALID, challenge.getError(), CertificateFailure.CHALLENGE);
    }
  }

  private Challenge choose(Authorization authorization, int attempt) throws AcmeRefusal {
    List<ChallengeKind> kinds = config.challenges();
    for (int i = 0; i < kinds.size(); i++) {
      String type =
          switch (kinds.get((attempt + i) % kinds.size())) {
            case HTTP_01 -> Http01Challenge.TYPE;
            case TLS_ALPN_01 -> TlsAlpn01Challenge.TYPE;
          };
      Optional<Challenge> offered = authorization.findChallenge(type);
      if (offered.isPresent()) {
        return offered.get();
      }
    }
    throw new AcmeRefusal(
        CertificateFailure.CHALLENGE, "the authority takes none of the proofs " + kinds);
  }

  private AcmeChallenges.Proof proof(String name, Authorization authorization, Challenge challenge)
      throws CryptoException {
    if (challenge instanceof Http01Challenge http) {
      return challenges.file(http.getToken(), http.getAuthorization());
    }
    // Not acme4j's own certificate for this: it signs with RSA keys only.
    byte[] digest = ((TlsAlpn01Challenge) challenge).getAcmeValidation();
    var isName = authorization.getIdentifier().getType().equals(Identifier.TYPE_DNS);
    var made =
        SelfSigned.createForChallenge(
            random,
            clock.wall(),
            isName ? List.of(name) : List.of(),
            isName ? List.of() : List.of(name),
            digest);
    var identity = TlsIdentity.parse(made.privateKeyPem(), made.certificatePem());
    return challenges.certificate(name, identity);
  }

  private static void require(
      Status found, Status wanted, Optional<Problem> problem, CertificateFailure reason)
      throws AcmeRefusal {
    if (found == wanted || found == Status.VALID) {
      return;
    }
    if (found == Status.INVALID || problem.isPresent()) {
      throw new AcmeRefusal(reason, problem.map(Problem::toString).orElse("no reason given"));
    }
    throw new AcmeRefusal(CertificateFailure.TIMEOUT, "still " + found + " after " + STEP_TIME);
  }

  private Login account() throws AcmeException, AcmeRefusal, IOException, CryptoException {
    Login known = login;
    if (known == null) {
      StateFiles.createFolder(config.folder());
      known = enter();
      login = known;
    }
    return known;
  }

  private Login enter() throws AcmeException, AcmeRefusal, IOException, CryptoException {
    var session = new Session(config.directory(), new AcmeDirectory(config.trusted()));
    session.networkSettings().setTimeout(ANSWER_TIME);
    var key = accountKey();
    Path file = config.folder().resolve(ACCOUNT_URL);
    byte[] url = StateFiles.readIfPresent(file, LONGEST_FILE);
    if (url != null) {
      var kept = session.login(location(url), key.pair());
      try {
        var account = kept.getAccount();
        var _ = account.fetch();
        if (account.getStatus() == Status.VALID) {
          return kept;
        }
        throw new AcmeRefusal(CertificateFailure.ACCOUNT, "the account is not valid any more");
      } catch (AcmeServerException e) {
        if (!e.getType().toString().equals(UNKNOWN_ACCOUNT)) {
          throw e;
        }
        Files.delete(file); // the authority has forgotten us; we introduce ourselves again
      }
    }
    var builder = new AccountBuilder().agreeToTermsOfService().useKeyPair(key.pair());
    if (config.contact() != null) {
      builder.addEmail(config.contact());
    }
    if (config.keyId() != null && config.macKey() != null) {
      builder.withKeyIdentifier(config.keyId(), config.macKey());
    }
    try {
      var made = builder.createLogin(session);
      StateFiles.write(file, made.getAccountLocation().toString().getBytes(StandardCharsets.UTF_8));
      return made;
    } catch (AcmeServerException e) {
      throw new AcmeRefusal(
          CertificateFailure.ACCOUNT, String.valueOf(e.getMessage()), patience(e), e);
    } catch (IllegalArgumentException e) { // of a key that is no base64, or too short
      throw new AcmeRefusal(
          CertificateFailure.ACCOUNT, "the account's binding cannot be used", null, e);
    }
  }

  private static java.net.URL location(byte[] text) throws IOException {
    try {
      return URI.create(new String(text, StandardCharsets.UTF_8).strip()).toURL();
    } catch (IllegalArgumentException | MalformedURLException e) {
      throw new IOException(ACCOUNT_URL + ": not a URL; remove the file to have it made anew", e);
    }
  }

  private TlsKey accountKey() throws IOException, CryptoException {
    Path file = config.folder().resolve(ACCOUNT_KEY);
    byte[] kept = StateFiles.readIfPresent(file, LONGEST_FILE);
    if (kept != null) {
      return TlsKey.parse(new String(kept, StandardCharsets.US_ASCII));
    }
    var made = newKey();
    StateFiles.create(file, made.pem().getBytes(StandardCharsets.US_ASCII));
    return made;
  }

  private TlsKey newKey() throws CryptoException {
    return TlsKey.of(SelfSigned.create(random, clock.wall(), List.of(), List.of()).privateKey());
  }

  /// The next order enters anew: what went wrong may be the session.
  private AcmeRefusal refusal(AcmeException e) {
    login = null;
    CertificateFailure reason =
        switch (e) {
          case AcmeNetworkException _ -> CertificateFailure.UNREACHABLE;
          case AcmeRateLimitedException _ -> CertificateFailure.RATE_LIMIT;
          case AcmeUserActionRequiredException _ -> CertificateFailure.ACCOUNT;
          default -> CertificateFailure.REFUSED;
        };
    var words = new ArrayList<String>();
    for (Throwable cause = e; cause != null && words.size() < 3; cause = cause.getCause()) {
      words.add(String.valueOf(cause.getMessage()));
    }
    return new AcmeRefusal(reason, String.join(": ", words), patience(e), e);
  }

  private @Nullable Duration patience(AcmeException e) {
    if (e instanceof AcmeRateLimitedException limited) {
      Instant now = clock.wall();
      return limited.getRetryAfter().map(until -> Duration.between(now, until)).orElse(null);
    }
    return null;
  }
}
