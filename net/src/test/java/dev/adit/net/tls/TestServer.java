package dev.adit.net.tls;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/// A blocking server on a loopback port that runs a script for each connection, on a thread of its
/// own. What a script throws ends the connection and is told by [#failure].
public final class TestServer implements AutoCloseable {
  /// What the server does with one connection.
  @FunctionalInterface
  public interface Script {
    void run(Socket connection) throws Exception;
  }

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final ServerSocket listener;
  private final Script script;
  private final CompletableFuture<Exception> failure = new CompletableFuture<>();
  private final LinkedBlockingQueue<Socket> connections = new LinkedBlockingQueue<>();

  private TestServer(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  public static TestServer plain(Script script) throws IOException {
    return new TestServer(new ServerSocket(0, 50, loopback()), script);
  }

  public static TestServer tls(String protocol, Script script)
      throws IOException, GeneralSecurityException {
    return tls(protocol, null, script);
  }

  /// @param group the only one by which it agrees on keys; null for all
  public static TestServer tls(String protocol, @Nullable String group, Script script)
      throws IOException, GeneralSecurityException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(keyStore(), PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    var listener =
        (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, loopback());
    var parameters = listener.getSSLParameters();
    parameters.setProtocols(new String[] {protocol});
    if (group != null) {
      parameters.setNamedGroups(new String[] {group});
    }
    listener.setSSLParameters(parameters);
    return new TestServer(listener, script);
  }

  public static X509Certificate certificate() throws IOException, GeneralSecurityException {
    return (X509Certificate) keyStore().getCertificate("server");
  }

  private static KeyStore keyStore() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    try (var in = TestServer.class.getResourceAsStream("server.p12")) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = listener.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> run(connection));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void run(Socket connection) {
    try (connection) {
      script.run(connection);
    } catch (Exception e) {
      failure.complete(e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  public Endpoint endpoint() {
    return new Endpoint(IpAddress.literal("127.0.0.1"), port());
  }

  /// The first failure of a script, once there is one.
  public CompletableFuture<Exception> failure() {
    return failure;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }
}
