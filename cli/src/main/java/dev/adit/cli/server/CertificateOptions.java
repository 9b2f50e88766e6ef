package dev.adit.cli.server;

import dev.adit.cli.Failure;
import dev.adit.net.certificates.AcmeConfig;
import dev.adit.net.certificates.AcmeConfig.ChallengeKind;
import dev.adit.net.files.StateFiles;
import dev.adit.net.tls.HostAddresses;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a server's certificate comes from (a picocli mixin). `--cert` and `--cert-key` are among
/// the options of every server.
final class CertificateOptions {
  private static final int LONGEST_KEY = 4096;
  private static final String ACME_FOLDER = "acme";

  /// Where certificates come from.
  enum Mode {
    SELF_SIGNED,
    FILES,
    ACME
  }

  @Option(
      names = "--cert-mode",
      paramLabel = "MODE",
      description = {
        "self-signed: made once, in the state folder. files: --cert, or --cert-dir; followed when they"
            + " change. acme: issued and renewed by an authority, which makes you agree to its terms.",
        "(default: files with --cert or --cert-dir, else self-signed)"
      })
  @Nullable String mode;

  @Option(
      names = "--hostname",
      split = ",",
      paramLabel = "HOST",
      description =
          "DNS name or IP address that the certificate is for, repeatable. With acme a certificate"
              + " for each.")
  List<String> hostnames = List.of();

  @Option(
      names = "--cert-dir",
      paramLabel = "FOLDER",
      description =
          "Folder with HOST.crt and HOST.key of the first --hostname, as derper has them; made,"
              + " self-signed, if HOST is an address and there are none.")
  @Nullable Path folder;

  @Option(
      names = "--acme-directory",
      paramLabel = "URL",
      description = "ACME directory of the authority (default: Let's Encrypt).")
  URI directory = AcmeConfig.LETS_ENCRYPT;

  @Option(
      names = "--acme-contact",
      paramLabel = "EMAIL",
      description = "Where the authority may write to (default: none).")
  @Nullable String contact;

  @Option(
      names = "--acme-eab-kid",
      paramLabel = "ID",
      description = "Key id of the authority's external account binding, if it asks for one.")
  @Nullable String keyId;

  @Option(
      names = "--acme-eab-key-file",
      paramLabel = "FILE",
      description = "File with the key of that binding, base64url or base64.")
  @Nullable Path macKeyFile;

  @Option(
      names = "--acme-ca",
      paramLabel = "FILE",
      description =
          "Roots that vouch for the directory's own TLS, PEM (default: those of the Java runtime).")
  @Nullable Path trusted;

  @Option(
      names = "--acme-challenge",
      split = ",",
      paramLabel = "KIND",
      defaultValue = "http-01,tls-alpn-01",
      description =
          "How names are proven, in this order: http-01 on --acme-http, tls-alpn-01 on port 443"
              + " (default: ${DEFAULT-VALUE}).")
  List<String> challenges = List.of("http-01", "tls-alpn-01");

  @Option(
      names = "--acme-http",
      paramLabel = "ADDR:PORT",
      defaultValue = "[::]:80",
      description =
          "TCP address where http-01 is answered, unless --http-port has that port; the authority asks"
              + " on port 80 (default: ${DEFAULT-VALUE}).")
  String http = "[::]:80";

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
              case "acme" -> Mode.ACME;
              default ->
                  throw Failure.usage(
                      "--cert-mode " + mode + ": expected self-signed, files or acme");
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
    if (hostnames.isEmpty() && (chosen == Mode.ACME || folder != null)) {
      throw Failure.usage(
          (chosen == Mode.ACME ? "--cert-mode acme" : "--cert-dir") + " needs --hostname");
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

  AcmeConfig acme(ServerConfig config) throws IOException {
    List<ChallengeKind> kinds = new ArrayList<>();
    for (String text : challenges) {
      kinds.add(
          switch (text.toLowerCase(Locale.ROOT)) {
            case "http-01" -> ChallengeKind.HTTP_01;
            case "tls-alpn-01" -> ChallengeKind.TLS_ALPN_01;
            default ->
                throw Failure.usage(
                    "--acme-challenge " + text + ": expected http-01 or tls-alpn-01");
          });
    }
    try {
      return new AcmeConfig(
          directory,
          contact,
          keyId,
          macKeyFile == null ? null : macKey(macKeyFile),
          trusted,
          kinds,
          config.stateDir().resolve(ACME_FOLDER));
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
  }

  /// Authorities hand it out in either alphabet, with and without `=`.
  private static String macKey(Path file) throws IOException {
    String text = new String(StateFiles.read(file, LONGEST_KEY), StandardCharsets.US_ASCII);
    return text.strip().replace('+', '-').replace('/', '_').replace("=", "");
  }

  /// Where there is a port for HTTP-01 alone; null for none.
  ///
  /// @param plainPort for plain HTTP, where HTTP-01 is answered too; -1 for none
  @Nullable Endpoint ownHttp(ServerConfig config, int plainPort) {
    boolean asked =
        mode(config) == Mode.ACME && challenges.stream().anyMatch("http-01"::equalsIgnoreCase);
    return asked && http().port() != plainPort ? http() : null;
  }

  /// Where HTTP-01 is answered.
  Endpoint http() {
    try {
      return Endpoint.parse(ServerOptions.onThisMachine(http));
    } catch (MalformedException e) {
      throw Failure.usage("--acme-http " + http + ": expected for example [::]:80");
    }
  }
}
