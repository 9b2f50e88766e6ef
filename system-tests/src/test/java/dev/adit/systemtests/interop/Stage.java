package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.adit.cli.lab.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A folder, a certificate for `127.0.0.1`, `localhost` and `derp.test`, and the programs started
/// with them, which end with it.
///
/// Ports come from below those that the kernel gives to connections, so that none is taken between
/// our look and the program's start.
final class Stage implements AutoCloseable {
  static final Path ADIT = Path.of("..", "adit").toAbsolutePath().normalize();
  static final String NAME = "derp.test";
  private static final String ADDRESS = "127.0.0.1";
  private static final int FIRST_PORT = 12_000;
  private static final int PORTS = 20_000;

  private final Path folder;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Set<Integer> ports = new HashSet<>();
  private final Random random = new Random(ProcessHandle.current().pid());

  private Stage(Path folder) {
    this.folder = folder;
  }

  static Stage open() throws IOException {
    Stage stage = new Stage(Files.createTempDirectory("adit-interop"));
    String words = Files.createDirectory(stage.certificates()).toString();
    var _ =
        Outcome.mustSucceed(
            List.of(
                GoPrograms.path("adit-interop"), "certificate", words, ADDRESS, NAME, "localhost"));
    return stage;
  }

  /// `ca.pem`, `127.0.0.1.crt` and `127.0.0.1.key`.
  Path certificates() {
    return folder.resolve("certificates");
  }

  /// The fingerprint of the certificate, in hex.
  String pin() throws IOException {
    return pin(certificates().resolve(ADDRESS + ".crt"));
  }

  /// The fingerprint of the first certificate of a PEM file, in hex (derp §10.4).
  static String pin(Path pem) throws IOException {
    try {
      return CountingBytes.sha256(certificate(pem).getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IOException(pem + ": " + e.getMessage(), e);
    }
  }

  /// A file with [DerpServer#MESH_KEY].
  Path meshKey() throws IOException {
    return Files.writeString(folder.resolve("mesh.key"), DerpServer.MESH_KEY);
  }

  /// The first certificate of a PEM file.
  static X509Certificate certificate(Path pem) throws IOException {
    String text = Files.readString(pem); // which may have the private key before it
    byte[] from = text.substring(text.indexOf("-----BEGIN CERTIFICATE")).getBytes(US_ASCII);
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(from));
    } catch (CertificateException e) {
      throw new IOException(pem + ": " + e.getMessage(), e);
    }
  }

  Path folder() {
    return folder;
  }

  /// A folder of one program's own.
  Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /// A port of loopback that no one has, for TCP and for UDP.
  int freePort() {
    while (true) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      if (ports.add(port) && isFree(port)) {
        return port;
      }
    }
  }

  private static boolean isFree(int port) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (var tcp = new ServerSocket(port, 1, loopback);
        var udp = new DatagramSocket(new InetSocketAddress(loopback, port))) {
      return tcp.isBound() && udp.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  /// Starts a program whose lines are heard.
  Program start(
      String name, List<String> command, Map<String, String> environment, Consumer<String> listener)
      throws IOException {
    return add(Program.heard(name, log(name), builder(command, environment), listener));
  }

  /// Starts a program whose lines, also those of standard error, are kept.
  Program start(String name, List<String> command) throws IOException {
    return add(Program.kept(name, log(name), builder(command, Map.of()), true));
  }

  /// Runs a program to its end, which trusts our certificate.
  Outcome run(String... command) throws IOException {
    String root = "SSL_CERT_FILE=" + certificates().resolve("ca.pem");
    List<String> words = new ArrayList<>(List.of("env", root));
    words.addAll(List.of(command));
    return Outcome.of(words);
  }

  private ProcessBuilder builder(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SSL_CERT_FILE", certificates().resolve("ca.pem").toString());
    builder.environment().putAll(environment);
    return builder;
  }

  private Path log(String name) {
    return folder.resolve(name + ".log");
  }

  <T extends AutoCloseable> T add(T part) {
    opened.push(part);
    return part;
  }

  @Override
  public void close() throws IOException {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot end what was started", e);
      }
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Stage::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
