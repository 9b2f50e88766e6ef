package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import dev.adit.relay.MeshFile;
import dev.adit.relay.MeshPeer;
import dev.adit.relay.MeshPeers;
import dev.adit.relay.Relay;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.MeshKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The other relays of the region (a picocli mixin of `adit relay`).
final class MeshOptions {
  private static final int LONGEST_KEY_FILE = 4096;

  @Option(
      names = "--mesh-key-file",
      paramLabel = "FILE",
      description =
          "The key that the relays of the region share: 64 hex digits. Who has it may watch, close"
              + " and forward at all of them.")
  @Nullable Path meshKeyFile;

  @Option(
      names = "--mesh-with",
      split = ",",
      paramLabel = "PEER",
      description = {
        "The other relays of the region, as HOST[:PORT] or HOST[:PORT]/DIALHOST; this one may be"
            + " among them.",
        "Add =sha256-raw:HEX for a certificate that is known by its fingerprint."
      })
  List<String> meshWith = List.of();

  @Option(
      names = "--mesh-file",
      paramLabel = "FILE",
      description = "More of them, one a line; followed when it changes.")
  @Nullable Path meshFile;

  /// The key, or null for a relay of its own; checks everything else, too.
  @Nullable MeshKey key() throws IOException {
    var ignored = peers();
    if (meshKeyFile == null) {
      if (!meshWith.isEmpty() || meshFile != null) {
        throw Failure.usage("--mesh-with and --mesh-file need --mesh-key-file FILE");
      }
      return null;
    }
    if (Files.size(meshKeyFile) > LONGEST_KEY_FILE) {
      throw Failure.usage("--mesh-key-file " + meshKeyFile + ": expected 64 hex digits");
    }
    try {
      return MeshKey.parse(Files.readString(meshKeyFile, StandardCharsets.ISO_8859_1));
    } catch (MalformedException e) {
      throw Failure.usage("--mesh-key-file " + meshKeyFile + ": expected 64 hex digits");
    }
  }

  /// Links `relay` to the others, until `opened` closes.
  void link(OpenedParts opened, Relay relay, MeshKey key, RandomGenerator random)
      throws IOException {
    Set<MeshPeer> always = peers();
    if (key.isNone() || always.isEmpty() && meshFile == null) {
      return;
    }
    MeshPeers peers =
        opened.add(MeshPeers.of(relay, key, HttpOptions.DEFAULT, Clock.SYSTEM, random));
    if (meshFile == null) {
      peers.replace(always);
    } else {
      opened.add(MeshFile.open(meshFile, always, peers));
    }
  }

  private Set<MeshPeer> peers() {
    Set<MeshPeer> peers = new LinkedHashSet<>();
    for (String text : meshWith) {
      try {
        peers.add(MeshPeer.parse(text.strip()));
      } catch (MalformedException e) {
        throw Failure.usage(
            "--mesh-with " + text + ": expected HOST[:PORT] or HOST[:PORT]/DIALHOST");
      }
    }
    return peers;
  }
}
