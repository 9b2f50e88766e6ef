package dev.adit.systemtests.lab;

import dev.adit.crypto.SelfSigned;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/// A program as companies have them: ends TLS with a certificate of its own, speaks TLS to the
/// server, and writes down what passes.
///
/// Arguments: address and port to listen on, address and port of the server, the file for what
/// passes. Ends when it is killed.
final class InspectingProxy {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final char[] NO_PASSWORD = new char[0];

  private final String server;
  private final int port;
  private final OutputStream record;

  private InspectingProxy(String server, int port, OutputStream record) {
    this.server = server;
    this.port = port;
    this.record = record;
  }

  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    try (OutputStream record =
            Files.newOutputStream(
                Path.of(arguments[4]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        var listener =
            (SSLServerSocket)
                context(arguments[0])
                    .getServerSocketFactory()
                    .createServerSocket(
                        Integer.parseInt(arguments[1]), 50, InetAddress.getByName(arguments[0]))) {
      var proxy = new InspectingProxy(arguments[2], Integer.parseInt(arguments[3]), record);
      System.out.println("inspecting");
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> proxy.serve(client));
      }
    }
  }

  private static SSLContext context(String address) throws IOException, GeneralSecurityException {
    var own =
        SelfSigned.create(new SecureRandom(), Clock.SYSTEM.wall(), List.of(), List.of(address));
    Certificate certificate =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(own.certificate()));
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, NO_PASSWORD);
    keys.setKeyEntry(
        "proxy",
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(own.privateKey())),
        NO_PASSWORD,
        new Certificate[] {certificate});
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, NO_PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  @SuppressWarnings("try") // whoever hears of one end first closes the other
  private void serve(Socket client) {
    try (client;
        Connection there = TlsClient.connect(server, port, PinPolicy.any(), PATIENCE)) {
      Thread back =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  pipe(there.input(), client.getOutputStream());
                  client.close();
                } catch (IOException e) {
                  there.close();
                }
              });
      pipe(client.getInputStream(), there.output());
      there.close();
      back.join();
    } catch (IOException e) {
      // One end has gone; closing tells the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pipe(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[16_384];
    for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
      synchronized (record) {
        record.write(buffer, 0, read);
      }
      to.write(buffer, 0, read);
      to.flush();
    }
  }
}
