package dev.adit.relay;

import dev.adit.core.derp.DerpClientSession;
import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.testkit.TrustsAll;
import dev.adit.wire.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// A DERP client as a program would write it: the session machine over a blocking JDK socket.
final class TestClient implements AutoCloseable {
  final SSLSocket socket;
  final PrivateKey key;
  private final InputStream in;
  private final OutputStream out;
  private final DerpClientSession session;
  private final byte[] buffer = new byte[4096];

  private TestClient(SSLSocket socket, PrivateKey key, PublicKey relay) throws IOException {
    this.socket = socket;
    this.key = key;
    in = socket.getInputStream();
    out = socket.getOutputStream();
    session = new DerpClientSession(key, relay, new SecureRandom(), Clock.SYSTEM.nanos());
  }

  /// Connects and upgrades; the handshake follows with the first [#next].
  static TestClient connect(Endpoint door, PrivateKey key, PublicKey relay) throws Exception {
    var socket = tls(door, "TLSv1.3");
    var client = new TestClient(socket, key, relay);
    client.write(
        "GET /derp HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: DERP\r\n\r\n");
    String head = head(client.in);
    if (!head.startsWith("HTTP/1.1 101 ") || !head.contains("Derp-Public-Key: " + relay.toHex())) {
      throw new IOException(head);
    }
    return client;
  }

  static SSLSocket tls(Endpoint door, String version) throws IOException, GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket(door.address().toString(), door.port());
    socket.setEnabledProtocols(new String[] {version});
    socket.setSoTimeout(10_000);
    return socket;
  }

  static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended after: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.US_ASCII));
  }

  void write(byte @Nullable [] bytes) throws IOException {
    if (bytes != null) {
      out.write(bytes);
      out.flush();
    }
  }

  void send(PublicKey to, byte[] packet) throws IOException {
    write(session.packet(to, packet, 0, packet.length, Clock.SYSTEM.nanos()));
  }

  void ping() throws IOException {
    write(session.ping(Clock.SYSTEM.nanos(), 5_000_000_000L));
  }

  /// The next event but writes, which it carries out; null at the end of the stream.
  @Nullable Event next() throws IOException {
    while (true) {
      var event = session.poll();
      if (event instanceof Event.Write(var bytes)) {
        write(bytes);
      } else if (event != null) {
        return event;
      } else {
        int length = in.read(buffer);
        if (length < 0) {
          return null;
        }
        session.received(buffer, 0, length, Clock.SYSTEM.nanos());
      }
    }
  }

  /// Ends the connection early.
  void leave() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
