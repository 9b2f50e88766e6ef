package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.core.derp.DerpClientSession;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpHead;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.HttpUpgrade;
import dev.adit.wire.Endpoint;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What a check of one row works with: a folder, ports, the relays it starts and what it asks them.
final class EquivalentSite {
  private static final int LONGEST_PAGE = 1 << 20;
  private static final int PATIENCE_MILLIS = 3_000;

  final Path folder;
  final Endpoint tcp = RelayProcess.freeTcp();
  final Endpoint udp = RelayProcess.freeUdp();
  final Endpoint http = RelayProcess.freeTcp();
  private final List<String> words = new ArrayList<>();

  EquivalentSite(Path folder) throws IOException {
    this.folder = folder;
  }

  /// Every word of every command line so far.
  List<String> words() {
    return words;
  }

  /// A relay for everybody on [#tcp] and [#udp], with these options more.
  RelayProcess relay(String... options) throws Exception {
    var all = new ArrayList<String>();
    all.add("--listen=" + tcp);
    all.add("--stun=" + udp);
    all.addAll(List.of("--open", "--state-dir=" + folder.resolve("state"), "--run-dir=" + folder));
    return bare(all, options);
  }

  /// A relay with these options alone.
  RelayProcess bare(List<String> first, String... more) throws Exception {
    var all = new ArrayList<String>(first);
    all.addAll(List.of(more));
    words.addAll(all);
    return RelayProcess.start(folder, all);
  }

  /// Runs a command to its end.
  ///
  /// @return its output
  String run(String... command) throws Exception {
    words.addAll(List.of(command));
    try (var run = RelayProcess.launch(folder, Map.of(), List.of(command))) {
      assertThat(run.awaitEnd()).as(run::output).isZero();
      return run.output();
    }
  }

  /// `GET` over TLS from [#tcp].
  HttpExchange.Answer get(String target) throws IOException {
    try (Connection connection = RelayProcess.tls(tcp)) {
      return HttpExchange.get(connection, "relay.example", target, LONGEST_PAGE);
    }
  }

  /// `GET` without TLS.
  HttpExchange.Answer plainGet(Endpoint from, String target) throws IOException {
    try (Connection connection = RelayProcess.plain(from)) {
      return HttpExchange.get(connection, "relay.example", target, LONGEST_PAGE);
    }
  }

  /// The answer to an upgrade to DERP, on `connection`.
  static HttpHead upgrade(Connection connection) throws IOException {
    return HttpUpgrade.request(connection, "relay.example", "/derp", Map.of("Upgrade", "DERP"));
  }

  /// What the relay's DERP key is, 64 hex digits, as its answer to an upgrade says.
  String keyHex() throws IOException {
    try (Connection connection = RelayProcess.tls(tcp)) {
      return String.valueOf(upgrade(connection).header("derp-public-key"));
    }
  }

  /// A client of the relay without TLS on [#tcp], not connected yet.
  DerpHttpClient client(PrivateKey key, DerpOptions options) {
    return client(tcp, key, options);
  }

  /// A client of a relay without TLS, not connected yet.
  static DerpHttpClient client(Endpoint at, PrivateKey key, DerpOptions options) {
    return DerpHttpClient.of(
        URI.create("http://" + at + "/derp"),
        key,
        HttpOptions.DEFAULT.withEnvironment(Map.of()).withDerp(options),
        new SecureRandom(),
        Clock.SYSTEM);
  }

  /// Whether the relay without TLS on [#tcp] serves this key.
  boolean serves(PrivateKey key) {
    return serves(tcp, key);
  }

  boolean serves(PrivateKey key, DerpOptions options) {
    return serves(tcp, key, options);
  }

  /// Whether the relay without TLS at `at` serves this key.
  static boolean serves(Endpoint at, PrivateKey key) {
    return serves(at, key, DerpOptions.DEFAULT);
  }

  private static boolean serves(Endpoint at, PrivateKey key, DerpOptions options) {
    try (var client = client(at, key, options)) {
      client.connect();
      var heard = client.hear(Duration.ofSeconds(15));
      return heard != null && heard.event() instanceof DerpClientSession.Event.Admitted;
    } catch (IOException e) {
      return false;
    }
  }

  /// Options of a relay on [#tcp] without TLS, that says nobody yet whom it serves.
  List<String> development() {
    return List.of("--dev", "--no-stun", "--listen=" + tcp, "--run-dir=" + folder);
  }

  /// Whether STUN is answered at `to`.
  static boolean answersStun(Endpoint to) throws Exception {
    var id = TransactionId.of(new byte[TransactionId.BYTES], 0);
    byte[] request = StunMessage.request(id).encode();
    try (var socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      var address =
          new InetSocketAddress(InetAddress.getByAddress(to.address().bytes()), to.port());
      socket.send(new DatagramPacket(request, request.length, address));
      var answer = new DatagramPacket(new byte[1500], 1500);
      socket.receive(answer);
      byte[] bytes = Arrays.copyOf(answer.getData(), answer.getLength());
      return StunMessage.decode(bytes).type() == StunMessage.BINDING_SUCCESS;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }
}
