package dev.adit.relay.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.core.admission.Admission.Verdict;
import dev.adit.core.admission.AllowList;
import dev.adit.core.admission.Applicant;
import dev.adit.core.admission.OpenAdmission;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.ClientInfo;
import dev.adit.wire.derp.VerifyQuestion;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifiedAdmissionTest {
  private static final Applicant CLIENT =
      new Applicant(
          PrivateKey.generate(new Random(1)).publicKey(),
          IpAddress.literal("192.0.2.7"),
          ClientInfo.OURS);

  @TempDir Path folder;
  private ServerSocket web;
  private volatile String answer = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"Allow\":true}";
  private final LinkedBlockingQueue<String> asked = new LinkedBlockingQueue<>();

  @BeforeEach
  void listens() throws IOException {
    web = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  /// Answers each request with the same bytes; none: says nothing and waits.
  private void serve() {
    while (!web.isClosed()) {
      try (var client = web.accept()) {
        var in = new BufferedInputStream(client.getInputStream());
        var request = new StringBuilder();
        while (request.indexOf("}") < 0) {
          request.append((char) in.read());
        }
        asked.add(request.toString());
        if (answer.isEmpty()) {
          int _ = in.read();
        }
        client.getOutputStream().write(answer.getBytes(UTF_8));
      } catch (IOException e) {
        // closed
      }
    }
  }

  @AfterEach
  void stops() throws IOException {
    web.close();
  }

  private VerifiedAdmission byUrl(boolean failOpen, int rememberSeconds) throws Exception {
    var url = VerifyUrl.of("http://127.0.0.1:" + web.getLocalPort() + "/v?x=1", failOpen);
    var remember = Duration.ofSeconds(rememberSeconds);
    return new VerifiedAdmission(new OpenAdmission(), List.of(url), remember, Clock.SYSTEM);
  }

  private static Verdict judge(VerifiedAdmission admission) throws InterruptedException {
    var later = new LinkedBlockingQueue<Verdict>();
    Verdict now = admission.judge(CLIENT, later::add);
    return now == Verdict.LATER ? requireNonNull(later.poll(10, TimeUnit.SECONDS)) : now;
  }

  private static double count(VerifiedAdmission admission, String by, String outcome) {
    return Readings.of(List.of(admission)).value("adit_relay_verifications_total", by, outcome);
  }

  private static String http(String status, String body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  @Test
  void asksTheUrlAsItsFormatWantsIt() throws Exception {
    var admission = byUrl(false, 0);
    assertThat(admission.admits(CLIENT.key())).isFalse();
    assertThat(judge(admission)).isEqualTo(Verdict.ADMITTED);
    assertThat(admission.admits(CLIENT.key())).isTrue();
    String request = requireNonNull(asked.poll());
    assertThat(request).startsWith("POST /v?x=1 HTTP/1.1\r\n").contains("application/json");
    String json = request.substring(request.indexOf('{'));
    assertThat(VerifyQuestion.fromJson(json.getBytes(UTF_8)))
        .isEqualTo(new VerifyQuestion(CLIENT.key(), "192.0.2.7"));
  }

  /// derp §17.29
  @Test
  void whateverIsAnsweredCountsAlsoWhereSilenceWouldAdmit() throws Exception {
    var admission = byUrl(true, 0);
    for (String refusing :
        List.of(
            http("200 OK", "{\"Allow\":false}"),
            http("200 OK", "{}"),
            http("200 OK", "true"),
            http("200 OK", "{\"Allow\":true" + " ".repeat(VerifyQuestion.MAX_BYTES) + "}"),
            http("204 No Content", ""),
            http("201 Created", "{\"Allow\":true}"),
            http("500 Oops", "{\"Allow\":true}"),
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")) {
      answer = refusing;
      assertThat(judge(admission)).as(refusing).isEqualTo(Verdict.REFUSED);
    }
    assertThat(count(admission, "url", "refused")).isEqualTo(2);
    assertThat(count(admission, "url", "bad_answer")).isEqualTo(6);
  }

  /// derp §17.29
  @Test
  void onlySilenceMayFailOpenAndOnlyIfAskedFor() throws Exception {
    var closed = byUrl(false, 0);
    var open = byUrl(true, 0);
    answer = "";
    assertThat(judge(closed)).isEqualTo(Verdict.REFUSED);
    web.close();
    assertThat(judge(closed)).isEqualTo(Verdict.REFUSED);
    assertThat(judge(open)).isEqualTo(Verdict.ADMITTED);
    assertThat(count(closed, "url", "timeout")).isEqualTo(1);
    assertThat(count(closed, "url", "unreachable")).isEqualTo(1);
    assertThat(count(open, "url", "failed_open")).isEqualTo(1);
  }

  @Test
  void remembersAnAnswerForAWhile() throws Exception {
    var admission = byUrl(false, 30);
    assertThat(judge(admission)).isEqualTo(Verdict.ADMITTED);
    answer = http("200 OK", "{\"Allow\":false}");
    assertThat(judge(admission)).isEqualTo(Verdict.ADMITTED);
    assertThat(asked).hasSize(1);
    assertThat(count(admission, "url", "remembered")).isEqualTo(1);
  }

  /// derp §17.30, but for mesh peers, whom the relay does not ask about.
  @Test
  void theDaemonIsAskedFirstAndFailsClosed() throws Exception {
    Path socket = folder.resolve("d");
    var url = VerifyUrl.of("http://127.0.0.1:" + web.getLocalPort() + "/", true);
    var admission =
        new VerifiedAdmission(
            new OpenAdmission(),
            List.of(new LocalDaemon(socket), url),
            Duration.ZERO,
            Clock.SYSTEM);
    assertThat(judge(admission)).isEqualTo(Verdict.REFUSED);
    assertThat(count(admission, "daemon", "unreachable")).isEqualTo(1);

    try (var daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      daemon.bind(UnixDomainSocketAddress.of(socket));
      assertThat(judged(admission, daemon, http("404 Not Found", "no match")))
          .isEqualTo(Verdict.REFUSED);
      assertThat(judged(admission, daemon, http("400 Bad Request", "invalid 'addr' parameter\n")))
          .isEqualTo(Verdict.REFUSED);
      assertThat(judged(admission, daemon, http("403 Forbidden", ""))).isEqualTo(Verdict.REFUSED);
      assertThat(asked).as("questions to the URL").isEmpty();
      assertThat(judged(admission, daemon, http("200 OK", "{}"))).isEqualTo(Verdict.ADMITTED);
      assertThat(asked).as("questions to the URL").hasSize(1);
    }
    assertThat(count(admission, "daemon", "refused")).isEqualTo(1);
    assertThat(count(admission, "daemon", "too_old")).isEqualTo(1);
    assertThat(count(admission, "daemon", "bad_answer")).isEqualTo(1);
    assertThat(count(admission, "daemon", "admitted")).isEqualTo(1);
  }

  private static Verdict judged(
      VerifiedAdmission admission, ServerSocketChannel daemon, String answer) throws Exception {
    var request = new LinkedBlockingQueue<String>();
    Thread.ofVirtual()
        .start(() -> {
          try (var client = daemon.accept()) {
            var in = new BufferedInputStream(Channels.newInputStream(client));
            var text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0) {
              text.append((char) in.read());
            }
            request.add(text.toString());
            Channels.newOutputStream(client).write(answer.getBytes(UTF_8));
          } catch (IOException e) {
            request.add(String.valueOf(e));
          }
        });
    Verdict verdict = judge(admission);
    assertThat(requireNonNull(request.poll(10, TimeUnit.SECONDS)))
        .startsWith(
            "GET /localapi/v0/whois?addr=nodekey%3A" + CLIENT.key().toHex() + " HTTP/1.1\r\n")
        .contains("\r\nHost: local-tailscaled.sock\r\n");
    return verdict;
  }

  @Test
  void asksNobodyAboutAKeyThatIsNotOnTheList() throws Exception {
    var url = VerifyUrl.of("http://127.0.0.1:" + web.getLocalPort() + "/", false);
    var admission =
        new VerifiedAdmission(new AllowList(Set.of()), List.of(url), Duration.ZERO, Clock.SYSTEM);
    assertThat(judge(admission)).isEqualTo(Verdict.REFUSED);
    assertThat(asked).isEmpty();
  }

  @Test
  void refusesWhatIsNoUrl() {
    for (String bad : List.of("", "ftp://x/", "https:///x", "https://u@x/", "https://x/#y", "x")) {
      assertThatThrownBy(() -> VerifyUrl.of(bad, false)).isInstanceOf(MalformedException.class);
    }
  }
}
