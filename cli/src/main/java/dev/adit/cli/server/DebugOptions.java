package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpHandler;
import dev.adit.relay.DropLog;
import dev.adit.relay.Relay;
import dev.adit.relay.admin.DebugPages;
import dev.adit.relay.admin.TrustedPages;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import dev.adit.wire.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Who may see the debug pages over HTTP, and whose dropped packets are logged (a picocli mixin).
/// Without these options the pages are on the local socket alone.
final class DebugOptions {
  private static final int LONGEST_KEY = 4096;
  private static final String NODE_KEY = "nodekey:";

  @Option(
      names = "--debug-from",
      split = ",",
      paramLabel = "ADDRESS",
      description = {
        "Show the pages below /debug/ also over HTTP to this address or prefix, repeatable (default:"
            + " nobody; adit relay debug shows them on this machine)."
      })
  List<String> from = List.of();

  @Option(
      names = "--debug-key-file",
      paramLabel = "FILE",
      description =
          "Show them also to requests with ?debugkey= and what stands in this file, read at each.")
  @Nullable Path keyFile;

  @Option(
      names = "--debug-drops",
      split = ",",
      paramLabel = "KEY",
      description = {
        "Log dropped packets for this client, repeatable: its WireGuard public key, or 64 hex digits, with"
            + " nodekey: before them or not (default: nobody).",
        "At most a line a second for each reason."
      })
  List<String> watchedKeys = List.of();

  /// @throws Failure naming the address or key that is none
  void check() {
    var _ = trusted();
    var _ = watched();
  }

  /// Has dropped packets for the named keys logged.
  void logDrops(Relay relay) {
    if (!watchedKeys.isEmpty()) {
      relay.router().watchDrops(watched(), new DropLog(Clock.SYSTEM));
    }
  }

  private Set<PublicKey> watched() {
    var keys = new HashSet<PublicKey>();
    for (String text : watchedKeys) {
      try {
        String bare = text.startsWith(NODE_KEY) ? text.substring(NODE_KEY.length()) : text;
        byte[] key =
            bare.length() == 2 * PublicKey.BYTES
                ? Text.parseHex(bare)
                : Text.parseWireGuardKey(bare);
        keys.add(PublicKey.of(key));
      } catch (MalformedException e) {
        throw Failure.usage(
            "--debug-drops " + text + ": expected 44 characters of base64, or 64 hex digits");
      }
    }
    return keys;
  }

  /// Adds the pages to what the front door serves; without these options it refuses everybody.
  ///
  /// @return what it serves
  HttpHandler addTo(RequestRoutes routes, DebugPages pages) {
    HttpHandler trustedPages = new TrustedPages(pages, trusted(), this::key);
    var _ = routes.http("/debug", trustedPages);
    return trustedPages;
  }

  private List<Prefix> trusted() {
    var trusted = new ArrayList<Prefix>();
    for (String text : from) {
      try {
        trusted.add(
            text.indexOf('/') < 0 ? Prefix.host(IpAddress.parse(text)) : Prefix.parse(text));
      } catch (MalformedException e) {
        throw Failure.usage(
            "--debug-from " + text + ": expected for example 192.0.2.1 or 192.0.2.0/24");
      }
    }
    return trusted;
  }

  /// Null if there is none just now.
  private byte @Nullable [] key() {
    try {
      return keyFile == null ? null : StateFiles.readIfPresent(keyFile, LONGEST_KEY);
    } catch (IOException e) {
      return null;
    }
  }
}
