package dev.adit.systemtests.lab;

import static dev.adit.systemtests.lab.ErrorCase.when;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What can go wrong with the other commands, row by row. A server runs on `srv`; programs that
/// must not start are tried on `l` with the server's ports taken by a relay.
final class OtherErrors {
  private static final String URL = "https://192.0.2.1";
  private static final String HIGH = "127.0.0.1:7443";
  private static final String HIGH_STUN = "127.0.0.1:7478";

  private OtherErrors() {}

  static final List<ErrorCase> HELPER =
      List.of(
          when("helper: for whom?", attempt -> attempt.fails("l", "helper")),
          when(
              "helper: no such user",
              attempt -> attempt.fails("l", "helper", "--allow-user", "nobody-of-this-name")),
          when(
              "helper: not root",
              attempt ->
                  attempt
                      .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                      .fails("l", "helper", "--allow-user", "65534")),
          when(
              "helper: another one runs",
              attempt -> {
                Process helper = OrdinaryUser.helper(attempt.world, "l");
                attempt.fails("l", "helper", "--allow-user", "65534");
                World.end(helper);
              }));

  static final List<ErrorCase> NODE =
      List.of(
          when("no agent runs", attempt -> attempt.fails("l", "status")),
          when("metrics: no agent runs", attempt -> attempt.fails("l", "metrics")),
          when(
              "metrics: no coordinator runs",
              attempt -> attempt.fails("l", "metrics", "--coordinator")),
          when("metrics: no relay runs", attempt -> attempt.fails("l", "metrics", "--relay")),
          when(
              "metrics: of two programs",
              attempt -> attempt.fails("l", "metrics", "--relay", "--coordinator")),
          when(
              "metrics: not allowed to use the coordinator",
              attempt ->
                  attempt
                      .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                      .fails("srv", "metrics", "--coordinator")),
          when(
              "down by another user",
              attempt -> {
                attempt.world.up("l");
                attempt
                    .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                    .fails("l", "down");
              }),
          when(
              "operator made by another user",
              attempt ->
                  attempt
                      .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                      .fails("l", "set", "--operator", "nobody")),
          when("ping of a peer that is not there", attempt -> attempt.fails("l", "ping", "nobody")),
          when(
              "explain of a peer that is not there",
              attempt -> attempt.fails("l", "explain", "nobody")),
          when("explain of nothing", attempt -> attempt.fails("l", "explain")),
          when("debug without more", attempt -> attempt.fails("l", "debug")),
          when(
              "debug bundle into a file that is there",
              attempt -> attempt.fails("l", "debug", "bundle", "--file", "/etc/hostname")),
          when(
              "debug bundle into no folder",
              attempt -> attempt.fails("l", "debug", "bundle", "--file", "/nowhere/b.zip")));

  static final List<ErrorCase> ADMINISTRATION =
      List.of(
          when("no coordinator runs", attempt -> attempt.fails("l", "node", "list")),
          when(
              "not allowed to use the coordinator",
              attempt ->
                  attempt
                      .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
                      .fails("srv", "node", "list")),
          when(
              "secret with nowhere to go",
              attempt -> attempt.fails("srv", "key", "create", "--uses", "2")),
          when(
              "key file that exists",
              attempt -> {
                Path file = attempt.world.lab.lib("srv").resolve("taken");
                Files.writeString(file, "mine\n");
                attempt.fails("srv", "key", "create", "--out", "/var/lib/taken");
              }),
          when(
              "duration that is none",
              attempt -> attempt.fails("srv", "key", "create", "--out", "-", "--expires", "soon")),
          when(
              "root key kept elsewhere",
              attempt -> {
                Path identity = attempt.world.lab.lib("srv").resolve("adit/identity");
                Path away = identity.resolve("root.key.away");
                Files.move(identity.resolve("root.key"), away);
                attempt.fails("srv", "coordinator", "identity", "replace", "record");
                Files.move(away, identity.resolve("root.key"));
              }));

  private static ErrorCase stunOther(String situation, String value, String... more) {
    List<String> words = new ArrayList<>(List.of("serve", "--url", URL, "--stun-other", value));
    words.addAll(List.of(more));
    return when(situation, attempt -> attempt.fails("l", words.toArray(String[]::new)));
  }

  static final List<ErrorCase> SERVE =
      List.of(
          when("serve: port not allowed", OtherErrors::portNotAllowed),
          when("serve: TCP port in use", OtherErrors::tcpPortInUse),
          when(
              "serve: UDP port in use",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--listen", HIGH)),
          when(
              "relay: --accept-limit of nothing",
              attempt -> attempt.fails("l", "relay", "--open", "--accept-limit", "0")),
          when(
              "relay: --tcp-keep-alive too long",
              attempt -> attempt.fails("l", "relay", "--open", "--tcp-keep-alive", "10h")),
          when(
              "relay: --home that is none",
              attempt -> attempt.fails("l", "relay", "--open", "--home", "here")),
          when(
              "relay: --http-port that is none",
              attempt -> attempt.fails("l", "relay", "--open", "--http-port", "65536")),
          when(
              "relay: --bootstrap-dns of no name",
              attempt -> attempt.fails("l", "relay", "--open", "--bootstrap-dns", "a_b c")),
          when(
              "relay: --forwarded-from that is none",
              attempt -> attempt.fails("l", "relay", "--open", "--forwarded-from", "proxy")),
          when(
              "relay: --debug-from that is none",
              attempt -> attempt.fails("l", "relay", "--open", "--debug-from", "here")),
          when(
              "relay: --receive-limits that are none",
              attempt ->
                  attempt.fails("l", "relay", "--open", "--receive-limits", "/nowhere/limits")),
          when(
              "relay: --queue-depth of nothing",
              attempt -> attempt.fails("l", "relay", "--open", "--queue-depth", "0")),
          when(
              "relay: no map of relays",
              attempt ->
                  attempt.fails(
                      "l", "relay", "probe", "--once", "--derpmap", "/nowhere/derpmap.json")),
          when("relay: port in use", attempt -> attempt.fails("l", "relay", "--open")),
          when(
              "serve: not an address of this machine",
              attempt ->
                  attempt.fails(
                      "l", "serve", "--url", URL, "--listen", "203.0.113.1:443", "--stun", HIGH)),
          when(
              "serve: --listen without port",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--listen", "0.0.0.0")),
          stunOther("serve: --stun-other without port", "192.0.2.2"),
          stunOther("serve: --stun-other with the port of --stun", "192.0.2.2:3478"),
          stunOther(
              "serve: --stun-other with the address of --stun",
              "192.0.2.1:3479",
              "--stun",
              "192.0.2.1:3478"),
          stunOther("serve: --stun-other twice", "192.0.2.2:3479,192.0.2.3:3479"),
          when("serve: metrics port in use", attempt -> free(attempt, "--metrics", "0.0.0.0:443")),
          when(
              "serve: --log-format that is none",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--log-format", "xml")),
          when(
              "serve: --metrics without port",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--metrics", "9586")),
          when(
              "serve: --url that is none",
              attempt -> attempt.fails("l", "serve", "--url", "http://192.0.2.1")),
          when(
              "serve: --address that is none",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--address", "here")),
          when(
              "serve: --cert without --cert-key",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--cert", "/var/lib/c.pem")),
          when(
              "serve: --cert-mode that is none",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--cert-mode", "gcp")),
          when(
              "serve: --cert-mode acme without a name",
              attempt -> attempt.fails("l", "serve", "--url", URL, "--cert-mode", "acme")),
          when(
              "serve: certificate missing",
              attempt -> free(attempt, "--cert", "/var/lib/c.pem", "--cert-key", "/var/lib/k.pem")),
          when(
              "serve: relay file missing",
              attempt -> free(attempt, "--relay-file", "/var/lib/relay.json")),
          when(
              "serve: state folder cannot be made",
              attempt -> free(attempt, "--state-dir", "/proc/version")),
          when(
              "serve: another one runs",
              attempt -> attempt.fails("srv", "serve", "--listen", HIGH, "--stun", HIGH_STUN)),
          when("relay: for whom?", attempt -> attempt.fails("l", "relay")),
          when(
              "relay: --allow that is no key",
              attempt -> attempt.fails("l", "relay", "--allow", "friend")),
          when(
              "relay: open, and for somebody",
              attempt -> attempt.fails("l", "relay", "--open", "--verify-clients")),
          when(
              "relay: --join, and for somebody else",
              attempt -> attempt.fails("l", "relay", "--open", "--join", "key")),
          when(
              "relay: --join that is no key",
              attempt -> attempt.fails("l", "relay", "--join", "key")),
          when(
              "relay: --verify-url that is none",
              attempt -> attempt.fails("l", "relay", "--verify-url", "example.org")),
          when(
              "relay: --verify-url-fail-open alone",
              attempt -> attempt.fails("l", "relay", "--verify-clients", "--verify-url-fail-open")),
          when(
              "relay: --verify-socket alone",
              attempt -> attempt.fails("l", "relay", "--verify-socket", "/run/d.sock")),
          when(
              "relay: --verify-remember too long",
              attempt ->
                  attempt.fails("l", "relay", "--verify-clients", "--verify-remember", "2h")),
          when(
              "relay: mesh peers without a key",
              attempt -> attempt.fails("l", "relay", "--open", "--mesh-with", "b.example")),
          when(
              "relay: --mesh-key-file that is none",
              attempt -> attempt.fails("l", "relay", "--open", "--mesh-key-file", "/etc/passwd")),
          when(
              "relay: --mesh-with that is no peer",
              attempt ->
                  attempt.fails("l", "relay", "--open", "--mesh-with", "https://b.example")));

  private static void portNotAllowed(Attempt attempt) throws IOException {
    attempt
        .by("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        .fails("l", "serve", "--url", URL);
  }

  /// From here on a relay has the ports of host `l`.
  private static void tcpPortInUse(Attempt attempt) throws IOException {
    World world = attempt.world;
    var _ = world.start("l", "occupant", "relay", "--open", "--state-dir", "/var/lib/occupant");
    World.await(
        Duration.ofSeconds(20),
        "the relay has its ports",
        () -> world.tail("occupant").contains("relaying on"));
    attempt.fails("l", "serve", "--url", URL);
  }

  /// `adit serve` on ports that nobody has.
  private static void free(Attempt attempt, String... options) throws IOException {
    var words =
        new ArrayList<>(List.of("serve", "--url", URL, "--listen", HIGH, "--stun", HIGH_STUN));
    words.addAll(List.of(options));
    attempt.fails("l", words.toArray(String[]::new));
  }
}
