package dev.adit.systemtests.interop;

import dev.adit.wire.JsonObject;
import dev.adit.wire.MalformedException;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One client of Tailscale's, in a process of theirs. Thread-safe.
final class GoClient extends TestClient {
  private final GoClients process;
  private final AtomicBoolean isOpen = new AtomicBoolean();
  private volatile @Nullable JsonObject opened;

  GoClient(GoClients process, String name) {
    super(name);
    this.process = process;
  }

  void opened(JsonObject answer) {
    opened = answer;
    isOpen.set(true);
  }

  void heard(JsonObject said) throws MalformedException {
    heard(read(said));
  }

  private static Event read(JsonObject said) throws MalformedException {
    String kind = said.string("event");
    return switch (kind) {
      case "packet" -> {
        String data = said.optionalString("data");
        yield new Event.Packet(
            said.string("from"),
            (int) said.integer("length"),
            said.string("sha256"),
            data == null ? null : Base64.getDecoder().decode(data));
      }
      case "serverInfo" -> new Event.ServerInfo(said.integer("rate"), said.integer("burst"));
      case "gone" -> new Event.Gone(said.string("peer"), said.integer("reason") == 1);
      case "present" ->
          new Event.Present(
              said.string("peer"), said.string("address"), (int) said.integer("flags"));
      case "health" -> new Event.Health(said.string("problem"));
      case "restarting" ->
          new Event.Restarting(said.integer("reconnectInMs"), said.integer("tryForMs"));
      case "error" -> new Event.Failed(said.string("error"));
      default -> new Event.Other(kind);
    };
  }

  /// A fact of its first connection: `server`, `tls`.
  String fact(String what) {
    try {
      return Objects.requireNonNull(opened).string(what);
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  /// How many certificates the server showed.
  int certificates() {
    try {
      return (int) Objects.requireNonNull(opened).integer("certificates");
    } catch (MalformedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  String key() {
    return fact("key");
  }

  @Override
  String local() {
    return fact("local");
  }

  @Override
  void send(String to, byte[] data) {
    String text = Base64.getEncoder().encodeToString(data);
    ask("send", json -> json.member("To", to).member("Data", text));
  }

  @Override
  void forward(String from, String to, byte[] data) {
    String text = Base64.getEncoder().encodeToString(data);
    ask("forward", json -> json.member("From", from).member("To", to).member("Data", text));
  }

  @Override
  void closePeer(String peer) {
    ask("closePeer", json -> json.member("To", peer));
  }

  @Override
  void ping() {
    ask("ping", _ -> {});
  }

  @Override
  void prefer(boolean isHome) {
    ask("note", json -> json.member("Preference", isHome));
  }

  /// Ends its TCP connection below TLS.
  ///
  /// @param how `fin` or `rst`
  void breakConnection(String how) {
    ask("break", json -> json.member("How", how));
  }

  private void ask(String what, GoClients.Members members) {
    var _ = process.ask(name(), what, members);
  }

  @Override
  void close() {
    if (isOpen.getAndSet(false)) {
      ask("close", _ -> {});
    }
  }

  @Override
  String tail() {
    return process.tail();
  }
}
