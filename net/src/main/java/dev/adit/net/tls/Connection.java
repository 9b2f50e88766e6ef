package dev.adit.net.tls;

import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A blocking byte stream to a server, with or without TLS.
///
/// One thread reads, another may write, any may close; a close ends both at once with an exception.
/// The input is buffered: what follows an HTTP head is still in it.
public final class Connection implements AutoCloseable {
  private final Socket transport;
  private final Socket socket;
  private final InputStream input;
  private final OutputStream output;

  /// @param transport the TCP socket
  /// @param socket the TLS socket above it, or the same one
  Connection(Socket transport, Socket socket) throws IOException {
    this.transport = transport;
    this.socket = socket;
    this.input = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    this.output = socket.getOutputStream();
  }

  public InputStream input() {
    return input;
  }

  /// Unbuffered: one write is one TLS record, or several for more than 16 KiB.
  public OutputStream output() {
    return output;
  }

  /// How long a read may wait before it throws `SocketTimeoutException`; the connection stays
  /// usable after that. Zero: for ever.
  public void readTimeout(Duration limit) throws SocketException {
    long millis = limit.toMillis();
    socket.setSoTimeout(limit.isZero() ? 0 : (int) Math.clamp(millis, 1, (long) Integer.MAX_VALUE));
  }

  /// The server's address; the proxy's if there is one between.
  public Endpoint remote() {
    return endpoint((InetSocketAddress) transport.getRemoteSocketAddress());
  }

  /// Our end; tells which address the kernel chose toward the server.
  public Endpoint local() {
    return endpoint((InetSocketAddress) transport.getLocalSocketAddress());
  }

  /// True if our end's address is on no interface any more: nothing can come back, and TCP alone
  /// would notice after minutes.
  public boolean isStranded() {
    InetAddress own = transport.getLocalAddress();
    if (own.isAnyLocalAddress()) {
      return false; // not connected yet, or closed
    }
    try {
      return NetworkInterface.getByInetAddress(own) == null;
    } catch (SocketException e) {
      return false; // nobody knows
    }
  }

  private static Endpoint endpoint(InetSocketAddress address) {
    return new Endpoint(IpAddress.of(address.getAddress().getAddress()), address.getPort());
  }

  /// True if TLS 1.3 is in use; false for TLS 1.2 and without TLS.
  public boolean isTls13() {
    SSLSession session = session();
    return session != null && session.getProtocol().equals("TLSv1.3");
  }

  /// All certificates the server presented, in its order, as DER; empty without TLS. A DERP relay
  /// tells its key in the last one (derp §2.4).
  public List<byte[]> certificates() {
    SSLSession session = session();
    if (session == null) {
      return List.of();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      byte[][] encoded = new byte[chain.length][];
      for (int i = 0; i < chain.length; i++) {
        encoded[i] = chain[i].getEncoded();
      }
      return List.of(encoded);
    } catch (SSLPeerUnverifiedException | CertificateEncodingException e) {
      return List.of();
    }
  }

  private @Nullable SSLSession session() {
    return socket instanceof SSLSocket tls ? tls.getSession() : null;
  }

  /// Ends the connection at once. The TCP socket is closed first: the TLS socket's own close could
  /// wait for a writer that is stuck.
  @Override
  public void close() {
    try {
      transport.close();
      socket.close();
    } catch (IOException e) {
      // it is gone either way
    }
  }
}
