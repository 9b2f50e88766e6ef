package dev.adit.relay.managed;

import dev.adit.core.control.Reconnect.Target;
import dev.adit.core.control.TrustedCoordinator;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.files.StateFiles;
import dev.adit.relay.ServerKey;
import dev.adit.wire.IpAddress;
import dev.adit.wire.Json;
import dev.adit.wire.JsonObject;
import dev.adit.wire.JsonWriter;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import dev.adit.wire.control.ControlMessage;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.HttpsUrl;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a relay that joined keeps in its state folder, each file of mode 0600:
///
///     relay-machine.key       its end of the stream
///     relay-coordinator.json  whom it trusts, where that was, whether it has joined
///     admission.json          whom it served last, and when it last heard (relay-rung RR-40)
///
/// Confined to the thread of [ManagedRelay], once that runs.
final class ManagedFiles {
  private static final int MAX_COORDINATOR = 64 * 1024;
  private static final int MAX_ADMISSION = 64 * 1024 * 1024;

  private final Path folder;

  ManagedFiles(Path folder) {
    this.folder = folder;
  }

  /// @param joined whether the coordinator has taken this relay
  record Known(TrustedCoordinator coordinator, Target target, boolean joined) {}

  /// @param contact when the coordinator was last heard, seconds since 1970
  record Snapshot(RelayAdmission admission, long contact) {}

  static boolean hasJoined(Path folder) {
    return Files.exists(folder.resolve("relay-coordinator.json"));
  }

  PrivateKey machineKey(RandomGenerator random) throws IOException {
    return ServerKey.load(folder.resolve("relay-machine.key"), random);
  }

  @Nullable Known coordinator() throws IOException {
    Path file = folder.resolve("relay-coordinator.json");
    byte[] content = StateFiles.readIfPresent(file, MAX_COORDINATOR);
    if (content == null) {
      return null;
    }
    try {
      JsonObject known = Json.parseObject(content);
      String address = known.optionalString("address");
      var root = VerifyingKey.of(Text.parseB64(known.string("root"), VerifyingKey.BYTES));
      return new Known(
          TrustedCoordinator.restore(root, known.object("identity").toString()),
          new Target(
              HttpsUrl.parse(known.string("url")),
              address == null ? null : IpAddress.parse(address)),
          known.bool("joined"));
    } catch (MalformedException e) {
      throw new IOException(file + " is damaged; remove it and run: adit relay --join KEY", e);
    }
  }

  void save(Known known) throws IOException {
    var address = known.target.address();
    write(
        "relay-coordinator.json",
        new JsonWriter()
            .beginObject()
            .member("root", known.coordinator.root().toB64())
            .member("url", known.target.url().toString())
            .member("address", address == null ? null : address.toString())
            .member("joined", known.joined)
            .name("identity")
            .raw(known.coordinator.json())
            .endObject()
            .toString());
  }

  @Nullable Snapshot admission() throws IOException {
    Path file = folder.resolve("admission.json");
    byte[] content = StateFiles.readIfPresent(file, MAX_ADMISSION);
    if (content == null) {
      return null;
    }
    try {
      JsonObject snapshot = Json.parseObject(content);
      if (ControlMessage.read(snapshot.object("admission")) instanceof RelayAdmission set) {
        return new Snapshot(set, snapshot.integer("contact", 0, Json.MAX_INTEGER));
      }
      throw new MalformedException("no admission set");
    } catch (MalformedException e) {
      throw new IOException(file + " is damaged; remove it, the coordinator sends it anew", e);
    }
  }

  void save(Snapshot snapshot) throws IOException {
    write(
        "admission.json",
        new JsonWriter()
            .beginObject()
            .member("contact", snapshot.contact)
            .name("admission")
            .raw(snapshot.admission.encode())
            .endObject()
            .toString());
  }

  void forgetAdmission() throws IOException {
    Files.deleteIfExists(folder.resolve("admission.json"));
  }

  private void write(String name, String json) throws IOException {
    StateFiles.write(folder.resolve(name), json.getBytes(StandardCharsets.UTF_8));
  }
}
