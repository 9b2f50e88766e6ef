package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.certificates.RenewalPlan;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.testkit.TrustsAll;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// `adit relay --cert-mode acme` and Pebble, Let's Encrypt's own ACME server for tests. They wait
/// for the end of certificates most of the time, so they do it together.
class CertificateInteropTest {
  private static final String NAME = "relay.test";
  private static final int PAIRS = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(150);
  private static final Duration PACE = Duration.ofMillis(50);
  private static final Duration ARRIVAL = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private Endpoint http;
  private Endpoint tls;

  @BeforeAll
  static void needsPebble() {
    String missing = Pebble.missing();
    if (!missing.isEmpty()) {
      System.err.println("CertificateInteropTest: skipped, " + missing);
    }
    Assumptions.assumeTrue(missing.isEmpty(), missing);
  }

  @BeforeEach
  void choosesPorts() throws IOException {
    http = RelayProcess.freeTcp();
    tls = RelayProcess.freeTcp();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void issuesByHttp01AndRenewsUnderLoadWithoutLosingAConnection() throws Exception {
    try (var pebble = Pebble.start(folder, http.port(), tls.port(), false);
        var relay = relay(pebble, NAME, "--acme-challenge=http-01")) {
      await(relay, () -> issued(relay) == 1);
      X509Certificate first = leaf(NAME);
      assertThat(first.getIssuerX500Principal().getName()).contains("Pebble");
      assertThat(leaf(null)).isEqualTo(first); // who names nothing is served, too

      List<Pair> pairs = new ArrayList<>();
      try {
        for (int i = 0; i < PAIRS; i++) {
          pairs.add(new Pair(pebble.root()));
        }
        for (Pair pair : pairs) {
          await(relay, () -> pair.delivered > 5 || pair.work.isDone());
        }
        X509Certificate before = leaf(NAME);
        long issuedBefore = issued(relay);
        int[] deliveredBefore = pairs.stream().mapToInt(pair -> pair.delivered).toArray();
        await(relay, () -> issued(relay) > issuedBefore);
        assertThat(leaf(NAME).getSerialNumber()).isNotEqualTo(before.getSerialNumber());
        assertThat(leaf(NAME).getPublicKey()).isEqualTo(first.getPublicKey()); // pins stay right
        for (int i = 0; i < PAIRS; i++) {
          Pair pair = pairs.get(i);
          int now = pair.delivered;
          assertThat(now).as("packets until it was renewed").isGreaterThan(deliveredBefore[i]);
          await(relay, () -> pair.delivered > now + 5 || pair.work.isDone());
        }
      } finally {
        pairs.forEach(pair -> pair.stopped = true);
      }
      for (Pair pair : pairs) {
        pair.work.get(60, TimeUnit.SECONDS); // throws what went wrong
        assertThat(pair.generations).as("connections of one client").isEqualTo(1);
      }
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void issuesByTlsAlpn01AndKeepsAccountAndCertificateOverARestart() throws Exception {
    try (var pebble = Pebble.start(folder, http.port(), tls.port(), false)) {
      X509Certificate first;
      String account;
      try (var relay = relay(pebble, NAME, "--acme-challenge=tls-alpn-01")) {
        await(relay, () -> issued(relay) == 1);
        first = leaf(NAME);
        account = Files.readString(state("account.url"));
      }
      try (var relay = relay(pebble, NAME, "--acme-challenge=tls-alpn-01")) {
        assertThat(leaf(NAME)).isEqualTo(first); // at once
        await(relay, () -> issued(relay) == 1); // the renewal
        assertThat(leaf(NAME).getSerialNumber()).isNotEqualTo(first.getSerialNumber());
      }
      assertThat(Files.readString(state("account.url"))).isEqualTo(account);
      assertThat(pebble.log()).contains("There are now 1 accounts");
      assertThat(pebble.log()).doesNotContain("There are now 2 accounts");
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void keepsTheOldCertificateAndWaitsWhenItIsRefused() throws Exception {
    try (var relay = issuedOnce()) {
      // The authority is gone now.
      X509Certificate first = leaf(NAME);
      await(relay, () -> relay.output().contains("certificate_refused"));
      assertThat(leaf(NAME)).isEqualTo(first);
      assertThat(relay.output()).contains("reason=UNREACHABLE");
      var plan = RenewalPlan.parse(Files.readString(state(NAME + ".plan")));
      assertThat(plan.failures()).isEqualTo(1);
      assertThat(Duration.between(Instant.now(), plan.notBefore()))
          .isBetween(Duration.ofSeconds(5), RenewalPlan.FIRST_WAIT);
    }
  }

  /// A relay whose authority has issued one certificate and then ended.
  private RelayProcess issuedOnce() throws Exception {
    try (var pebble = Pebble.start(folder, http.port(), tls.port(), false)) {
      var relay = relay(pebble, NAME, "--acme-challenge=http-01");
      try {
        await(relay, () -> issued(relay) == 1);
        return relay;
      } catch (AssertionError e) {
        relay.close();
        throw e;
      }
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void servesBehindARefusalWithItsOwnCertificateAndOrdersNoSoonerAfterARestart() throws Exception {
    try (var pebble = Pebble.start(folder, http.port(), tls.port(), false)) {
      String plan;
      try (var relay = relay(pebble, Pebble.BLOCKED, "--acme-challenge=http-01")) {
        await(relay, () -> relay.output().contains("certificate_refused"));
        assertThat(leaf(Pebble.BLOCKED).getSubjectX500Principal().getName()).isEqualTo("CN=Adit");
        plan = Files.readString(state(Pebble.BLOCKED + ".plan"));
        assertThat(plan).startsWith("1 ");
      }
      try (var _ = relay(pebble, Pebble.BLOCKED, "--acme-challenge=http-01")) {
        assertThat(Files.readString(state(Pebble.BLOCKED + ".plan"))).isEqualTo(plan);
        assertThat(leaf(Pebble.BLOCKED).getSubjectX500Principal().getName()).isEqualTo("CN=Adit");
      }
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void bindsAnAccountThatExistsElsewhereAndIssuesForAnAddress() throws Exception {
    Path key = folder.resolve("eab.key");
    Files.writeString(key, Pebble.MAC_KEY + "\n");
    try (var pebble = Pebble.start(folder, http.port(), tls.port(), true)) {
      try (var relay = relay(pebble, "127.0.0.1")) {
        await(relay, () -> relay.output().contains("certificate_refused"));
        assertThat(relay.output()).contains("reason=ACCOUNT");
      }
      Files.delete(state("127.0.0.1.plan")); // whoever mends the options need not wait
      try (var relay =
          relay(
              pebble,
              "127.0.0.1",
              "--acme-eab-kid=" + Pebble.KEY_ID,
              "--acme-eab-key-file=" + key)) {
        await(relay, () -> issued(relay) >= 1);
        X509Certificate leaf = leaf(null);
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(7, "127.0.0.1"));
        assertThat(life(leaf)).isCloseTo(Pebble.SHORT_LIFE_SECONDS, Offset.offset(2L));
      }
    }
  }

  private RelayProcess relay(Pebble pebble, String host, String... more) throws Exception {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--listen=" + tls,
                "--stun=" + RelayProcess.freeUdp(),
                "--address=127.0.0.1",
                "--state-dir=" + folder.resolve("state"),
                "--run-dir=" + folder.resolve("run"),
                "--open",
                "--hostname=" + host,
                "--acme-http=" + http));
    options.addAll(pebble.options());
    options.addAll(List.of(more));
    return RelayProcess.start(folder, options);
  }

  private Path state(String file) {
    return folder.resolve("state").resolve("acme").resolve(file);
  }

  private static long issued(RelayProcess relay) {
    return relay.output().lines().filter(line -> line.contains("certificate_issued")).count();
  }

  private static void await(RelayProcess relay, BooleanSupplier isSo) throws Exception {
    long end = Clock.SYSTEM.nanos() + PATIENCE.toNanos();
    while (!isSo.getAsBoolean()) {
      assertThat(Clock.SYSTEM.nanos()).as(relay::output).isLessThan(end);
      assertThat(relay.awaitEnd(Duration.ofMillis(100))).as(relay::output).isFalse();
    }
  }

  private static long life(X509Certificate leaf) {
    return Duration.between(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant())
        .toSeconds();
  }

  /// Certificate 0 as a client is shown it that asks for `name`; the last is always the relay's.
  private X509Certificate leaf(@Nullable String name) throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    try (var socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", tls.port())) {
      socket.setSoTimeout(30_000);
      if (name != null) {
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);
      }
      socket.startHandshake();
      List<X509Certificate> shown =
          Arrays.stream(socket.getSession().getPeerCertificates())
              .map(X509Certificate.class::cast)
              .toList();
      assertThat(shown.getLast().getSubjectX500Principal().getName()).startsWith("CN=derpkey");
      return shown.getFirst();
    }
  }

  /// Two clients of the relay, which trust only Pebble's root: one sends to the other, a packet at
  /// a time, until stopped.
  private final class Pair {
    final CompletableFuture<?> work;
    volatile boolean stopped;
    volatile int delivered;
    volatile long generations;

    Pair(X509Certificate root) {
      var random = new SecureRandom();
      DerpHttpClient sender = client(random, root);
      DerpHttpClient receiver = client(random, root);
      work = CompletableFuture.runAsync(() -> run(sender, receiver), Thread::startVirtualThread);
    }

    private DerpHttpClient client(SecureRandom random, X509Certificate root) {
      var options =
          HttpOptions.DEFAULT
              .withEnvironment(Map.of())
              .withDialHost("127.0.0.1")
              .withRoots(List.of(root));
      var url = URI.create("https://" + NAME + ":" + tls.port() + "/derp");
      return DerpHttpClient.of(url, PrivateKey.generate(random), options, random, Clock.SYSTEM);
    }

    private void run(DerpHttpClient sender, DerpHttpClient receiver) {
      try (sender;
          receiver) {
        receiver.connect();
        sender.connect();
        while (heard(receiver, PACE) == null) {
          sender.send(receiver.key(), new byte[1]); // until the receiver is known there
        }
        for (int number = 1; !stopped; number++) {
          sender.send(receiver.key(), new byte[] {(byte) number});
          byte[] packet = heard(receiver, ARRIVAL);
          while (packet != null && packet.length == 1 && packet[0] != (byte) number && number < 3) {
            packet = heard(receiver, ARRIVAL); // one of the first, sent twice
          }
          assertThat(packet).as("packet %s", number).containsExactly(number & 0xff);
          delivered = number;
          var pause = sender.hear(PACE);
          generations = Math.max(generations, pause == null ? 1 : pause.generation());
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private byte @Nullable [] heard(DerpHttpClient client, Duration limit) throws IOException {
      long end = Clock.SYSTEM.nanos() + limit.toNanos();
      for (long left = limit.toNanos(); left > 0; left = end - Clock.SYSTEM.nanos()) {
        var next = client.hear(Duration.ofNanos(left));
        if (next != null) {
          generations = Math.max(generations, next.generation());
          if (next.event() instanceof Event.Received received) {
            return received.packet();
          }
        }
      }
      return null;
    }
  }
}
