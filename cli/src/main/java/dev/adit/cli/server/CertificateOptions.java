package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.net.tls.HostAddresses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a server's certificate comes from (a picocli mixin). `--cert` and `--cert-key` are among
/// the options of every server.
final class CertificateOptions {
  /// Where certificates come from.
  enum Mode {
    SELF_SIGNED,
    FILES
  }

  @Option(
      names = "--cert-mode",
      paramLabel = "MODE",
      description = {
        "self-signed: made once, in the state folder. files: --cert, or --cert-dir; followed when they"
            + " change.",
        "(default: files with --cert or --cert-dir, else self-signed)"
      })
  @Nullable String mode;

  @Option(
      names = "--hostname",
      split = ",",
      paramLabel = "HOST",
      description = "DNS name or IP address that the certificate is for, repeatable.")
  List<String> hostnames = List.of();

  @Option(
      names = "--cert-dir",
      paramLabel = "FOLDER",
      description =
          "Folder with HOST.crt and HOST.key of the first --hostname, as derper has them; made,"
              + " self-signed, if HOST is an address and there are none.")
  @Nullable Path folder;

  /// What these options mean together with those of every server.
  ///
  /// @throws Failure naming what is missing or wrong
  Mode mode(ServerConfig config) {
    boolean files = config.certificate() != null || folder != null;
    Mode chosen =
        mode == null
            ? (files ? Mode.FILES : Mode.SELF_SIGNED)
            : switch (mode.toLowerCase(Locale.ROOT)) {
              case "self-signed" -> Mode.SELF_SIGNED;
              case "files" -> Mode.FILES;
              default ->
                  throw Failure.usage("--cert-mode " + mode + ": expected self-signed or files");
            };
    if (files && chosen != Mode.FILES) {
      throw Failure.usage("--cert and --cert-dir are for --cert-mode files");
    }
    if (chosen == Mode.FILES && !files) {
      throw Failure.usage("--cert-mode files needs --cert and --cert-key, or --cert-dir");
    }
    if (folder != null && config.certificate() != null) {
      throw Failure.usage("give --cert or --cert-dir, not both");
    }
    if (hostnames.isEmpty() && folder != null) {
      throw Failure.usage("--cert-dir needs --hostname");
    }
    return chosen;
  }

  /// In lower case, without brackets around addresses.
  List<String> hosts() {
    List<String> hosts = new ArrayList<>();
    for (String text : hostnames) {
      String host = text.toLowerCase(Locale.ROOT);
      host =
          host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
      boolean isName = host.chars().allMatch(c -> c == '.' || c == '-' || c == '_' || isWord(c));
      if (host.isEmpty() || (!isName && HostAddresses.literal(host) == null)) {
        throw Failure.usage("--hostname " + text + ": expected a DNS name or an IP address");
      }
      hosts.add(host);
    }
    return hosts;
  }

  private static boolean isWord(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
