package dev.adit.cli.launch;

import dev.adit.cli.Adit;
import dev.adit.crypto.ChaChaPoly;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.NoiseIk;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.SelfSigned;
import dev.adit.crypto.SigningKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.linux.SystemChecks;
import dev.adit.net.local.LocalClient;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpExchange;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The run during which the Java machine notes which classes a class-data archive should hold.
///
/// Arguments: `cli`, `agent` or `server`, and an empty folder to work in. Does what such a program
/// does on any machine, alone and without a network beyond loopback. Everything in an archive is
/// made ready at every start, so the runs of short programs touch what is needed and no more.
/// Whatever fails here only makes the archive smaller, so it is printed and passed over.
final class Training {
  private static final String[][] COMMANDS = {
    {"--version"}, {"--help"}, {"no-such-verb"}, {"up", "--help"}, {"key", "list", "--wrong"}
  };

  private static final long SERVE_PATIENCE = 60_000_000_000L;
  private static final long POLL = 20_000_000;

  private Training() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "agent" -> attempt("agents", () -> new AgentTraining(folder).run());
      case "server" -> {
        attempt("keys", Training::keys);
        attempt("TLS", Training::tls);
        attempt("serve", () -> serve(folder));
        attempt("classes", Training::ownClasses);
      }
      default -> {
        attempt("commands", Training::commands);
        attempt("local", () -> local(folder));
      }
    }
  }

  @FunctionalInterface
  private interface Exercise {
    void run() throws IOException, CryptoException;
  }

  private static void attempt(String name, Exercise exercise) {
    try {
      exercise.run();
    } catch (IOException | CryptoException | RuntimeException | LinkageError e) {
      System.err.println(name + ": " + e);
    }
  }

  /// Runs commands that work on any machine, silently.
  private static void commands() {
    PrintStream out = System.out;
    PrintStream err = System.err;
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    System.setOut(nowhere);
    System.setErr(nowhere);
    try {
      for (String[] command : COMMANDS) {
        int _ = Adit.run(command);
      }
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static void keys() throws CryptoException {
    SecureRandom random = new SecureRandom();
    PrivateKey server = PrivateKey.generate(random);
    byte[] prologue = {1};
    NoiseIk.Initiator initiator =
        new NoiseIk.Initiator(
            prologue, PrivateKey.generate(random), server.publicKey(), PrivateKey.generate(random));
    NoiseIk.Responder responder =
        NoiseIk.Responder.accept(
            prologue, server, PrivateKey.generate(random), initiator.message1());
    byte[] sealed = initiator.finish(responder.message2()).seal(prologue);
    byte[] _ = responder.transport().open(sealed);
    SigningKey signer = SigningKey.generate(random);
    boolean _ = signer.verifyingKey().verify(prologue, signer.sign(prologue));
    byte[] key = new byte[ChaChaPoly.KEY_BYTES];
    byte[] nonce = new byte[ChaChaPoly.NONCE_BYTES];
    byte[] _ = ChaChaPoly.open(key, nonce, prologue, ChaChaPoly.seal(key, nonce, prologue, key));
  }

  /// One request over TLS to ourselves.
  private static void tls() throws IOException {
    SelfSigned self =
        SelfSigned.create(new SecureRandom(), Clock.SYSTEM.wall(), List.of(), List.of("127.0.0.1"));
    FrontDoorConfig.Tls tls = new FrontDoorConfig.Tls(self.privateKeyPem(), self.certificatePem());
    RequestRoutes routes =
        new RequestRoutes().http("/", request -> HttpResponse.text(200, request.path()));
    List<Endpoint> listen = List.of(Endpoint.literal("127.0.0.1:0"));
    try (FrontDoor door = FrontDoor.start(FrontDoorConfig.of(listen, tls), routes);
        Connection connection =
            TlsClient.connect(
                door.listening(),
                null,
                PinPolicy.pins(List.of(self.spkiPin())),
                Duration.ofSeconds(10))) {
      HttpExchange.Answer _ = HttpExchange.get(connection, "127.0.0.1", "/", 1024);
    }
  }

  /// A server on ports that nobody uses, for as long as this process lives, and some requests to
  /// it.
  private static void serve(Path folder) throws IOException {
    String[] command = {
      "serve",
      "--listen=127.0.0.1:0",
      "--stun=127.0.0.1:0",
      "--address=127.0.0.1",
      "--url=https://127.0.0.1",
      "--state-dir=" + folder,
      "--run-dir=" + folder
    };
    Thread.ofPlatform().daemon().start(() -> Adit.run(command));
    Path socket = folder.resolve("coordinator.sock");
    long end = Clock.SYSTEM.nanos() + SERVE_PATIENCE;
    while (!LocalServer.isLive(socket)) {
      if (Clock.SYSTEM.nanos() > end) {
        throw new IOException("the server did not start");
      }
      LockSupport.parkNanos(POLL);
    }
    for (String path : List.of("keys", "nodes", "networks", "relays", "openapi.json")) {
      LocalClient.Answer _ = LocalClient.request(socket, "GET", "/api/v1/" + path, new byte[0]);
    }
    LocalClient.Answer _ = LocalClient.request(socket, "POST", "/api/v1/keys", new byte[0]);
  }

  /// A request to a program on this machine, as most commands make one.
  private static void local(Path folder) throws IOException {
    Path socket = folder.resolve("local.sock");
    try (var _ =
        LocalServer.start(
            socket,
            LocalServer.EVERYBODY,
            request -> HttpResponse.text(200, request.path()),
            LocalLimits.agent())) {
      LocalClient.Answer _ = LocalClient.request(socket, "GET", "/v1/status", new byte[0]);
    }
    List<String> _ = SystemChecks.problems(null);
    Process child = new ProcessBuilder("true").redirectError(Redirect.INHERIT).start();
    child.getOutputStream().close();
    byte[] _ = child.getInputStream().readAllBytes();
  }

  /// Loads, without initialising, every class of ours.
  private static void ownClasses() throws IOException {
    try (ZipFile jar = new ZipFile(System.getProperty("java.class.path"))) {
      for (Enumeration<? extends ZipEntry> all = jar.entries(); all.hasMoreElements(); ) {
        String name = all.nextElement().getName();
        if (name.startsWith("dev/adit/") && name.endsWith(".class")) {
          String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
          attempt(type, () -> load(type));
        }
      }
    }
  }

  static void load(String type) {
    try {
      Class<?> _ = Class.forName(type, false, Training.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new LinkageError(type, e);
    }
  }
}
