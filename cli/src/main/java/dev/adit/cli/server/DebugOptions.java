package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpHandler;
import dev.adit.relay.admin.DebugPages;
import dev.adit.relay.admin.TrustedPages;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Who may see the debug pages over HTTP (a picocli mixin). Without these options they are on the
/// local socket alone.
final class DebugOptions {
  private static final int LONGEST_KEY = 4096;

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

  /// @throws Failure naming the address that is none
  void check() {
    var _ = trusted();
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
