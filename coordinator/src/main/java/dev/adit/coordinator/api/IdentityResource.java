package dev.adit.coordinator.api;

import dev.adit.coordinator.identity.IdentityFiles;
import dev.adit.coordinator.identity.IdentityFiles.Role;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.log.LogLine;
import dev.adit.wire.Json;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.Identity;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The coordinator's identity: shown, renewed, its keys replaced (control §1). Private keys are in
/// no answer.
public final class IdentityResource {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityResource.class);

  private final IdentityFiles files;
  private final Supplier<CompletableFuture<Void>> changed;
  private final Clock clock;
  private final RandomGenerator random;

  /// @param changed called when there is another document; done when records are signed anew
  public IdentityResource(
      IdentityFiles files,
      Supplier<CompletableFuture<Void>> changed,
      Clock clock,
      RandomGenerator random) {
    this.files = files;
    this.changed = changed;
    this.clock = clock;
    this.random = random;
  }

  public List<Route> routes() {
    return List.of(
        new Route("GET", "/identity", (request, none) -> shown()),
        new Route("POST", "/identity/renew", (request, none) -> change(files::renew)),
        new Route("POST", "/identity/replace", (request, none) -> replace(request)),
        new Route("POST", "/identity/drop-former", (request, none) -> change(files::dropFormer)));
  }

  private HttpResponse replace(HttpRequest request) throws MalformedException {
    String key = Json.parseObject(request.body()).string("key");
    Role role =
        switch (key) {
          case "channel" -> Role.CHANNEL;
          case "record" -> Role.RECORD;
          default -> throw new MalformedException("key: channel or record, found " + key);
        };
    return change(now -> files.replace(role, now, random));
  }

  @FunctionalInterface
  private interface Change {
    void at(long nowSeconds) throws IOException;
  }

  private HttpResponse change(Change change) {
    try {
      change.at(clock.wall().getEpochSecond());
      LogLine.warn(LOG, "identity_changed")
          .addKeyValue("serial", files.identity().serial())
          .log("the coordinator has another identity document; agents come back for it");
      Commands.await(changed.get());
      return shown();
    } catch (IdentityFiles.NoRootKeyException e) {
      return Errors.of(409, "no_root_key", String.valueOf(e.getMessage()));
    } catch (IOException | CompletionException e) {
      return Errors.of(503, "unavailable", "the coordinator cannot write now: " + e.getMessage());
    }
  }

  private HttpResponse shown() {
    Identity identity = files.identity();
    String json =
        new JsonWriter()
            .beginObject()
            .member("coordinator", identity.coordinator().toString())
            .member("serial", identity.serial())
            .member("issuedAt", identity.issuedAt())
            .member("notAfter", identity.notAfter())
            .member("root", identity.root().toB64())
            .strings("channelKeys", identity.channelKeys().stream().map(k -> k.toB64()).toList())
            .strings("recordKeys", identity.recordKeys().stream().map(k -> k.toB64()).toList())
            .strings("urls", identity.urls())
            .strings("tlsPins", identity.tlsPins())
            .endObject()
            .toString();
    return HttpResponse.json(200, json);
  }
}
