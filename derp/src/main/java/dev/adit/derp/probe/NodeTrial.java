package dev.adit.derp.probe;

import dev.adit.derp.probe.Finding.Kind;
import dev.adit.net.Clock;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HostAddresses;
import dev.adit.net.tls.PinPolicy;
import dev.adit.net.tls.TlsClient;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.stun.TransactionId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What can be tried of one node alone. Thread-safe.
final class NodeTrial {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration SOON = Duration.ofDays(7);
  private static final int STUN_MILLIS = 2_000;
  private static final int STUN_TRIES = 3;
  private static final String NO_ANSWER = "no answer";

  private final RandomGenerator random;
  private final Clock clock;

  NodeTrial(RandomGenerator random, Clock clock) {
    this.random = random;
    this.clock = clock;
  }

  /// TLS, and the dates of the certificate. Whether it is the right one is for clients to judge,
  /// which the packets between nodes need.
  Finding tls(DerpNode node) {
    long began = clock.nanos();
    String problem;
    try (Connection connection = connect(node)) {
      problem = datesOf(connection.certificates());
    } catch (IOException e) {
      problem = String.valueOf(e.getMessage());
    }
    return new Finding(Kind.TLS, node.name(), "", problem, micros(began));
  }

  private static Connection connect(DerpNode node) throws IOException {
    IpAddress literal = HostAddresses.literal(node.hostName());
    List<Endpoint> addresses = addresses(node, node.derpAt());
    return TlsClient.connect(
        addresses, literal == null ? node.hostName() : null, PinPolicy.any(), PATIENCE);
  }

  /// A self-signed one is known by its pin, not by its dates.
  private String datesOf(List<byte[]> chain) {
    try {
      var first =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(chain.getFirst()));
      Instant now = clock.wall();
      Instant end = first.getNotAfter().toInstant();
      boolean selfSigned = first.getIssuerX500Principal().equals(first.getSubjectX500Principal());
      if (selfSigned) {
        return "";
      }
      if (now.isBefore(first.getNotBefore().toInstant())) {
        return "the certificate is good only from " + first.getNotBefore().toInstant() + " on";
      }
      return now.plus(SOON).isAfter(end) ? "the certificate ends at " + end : "";
    } catch (GeneralSecurityException e) {
      return "the certificate cannot be read";
    }
  }

  /// A request to each listed address, or to those that the DNS knows.
  List<Finding> stun(DerpNode node) {
    var found = new ArrayList<Finding>();
    if (node.stunAt() < 0) {
      return found;
    }
    try {
      for (Endpoint address : addresses(node, node.stunAt())) {
        long began = clock.nanos();
        String problem = ask(address);
        found.add(new Finding(Kind.STUN, node.name(), address.toString(), problem, micros(began)));
      }
    } catch (IOException e) {
      found.add(new Finding(Kind.STUN, node.name(), "", String.valueOf(e.getMessage()), 0));
    }
    return found;
  }

  private String ask(Endpoint to) {
    var id = TransactionId.random(random);
    byte[] request = StunMessage.request(id, new StunAttribute.Software("tailnode")).encode();
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(STUN_MILLIS);
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(to.address().bytes()), to.port()));
      for (int i = 0; i < STUN_TRIES; i++) {
        socket.send(new DatagramPacket(request, request.length));
        var answer = new DatagramPacket(new byte[1500], 1500);
        try {
          socket.receive(answer);
        } catch (SocketTimeoutException e) {
          continue;
        }
        var message = StunMessage.decode(answer.getData(), 0, answer.getLength());
        if (message.id().equals(id) && message.mapped() != null) {
          return "";
        }
      }
      return NO_ANSWER;
    } catch (PortUnreachableException e) {
      return NO_ANSWER;
    } catch (IOException | MalformedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static List<Endpoint> addresses(DerpNode node, int port) throws IOException {
    var all = new ArrayList<Endpoint>();
    for (String text : List.of(node.ipv4(), node.ipv6())) {
      IpAddress literal = literal(text);
      if (literal != null) {
        all.add(new Endpoint(literal, port));
      }
    }
    return all.isEmpty() ? HostAddresses.resolve(node.hostName(), port) : all;
  }

  private static @Nullable IpAddress literal(String text) {
    return text.isEmpty() ? null : HostAddresses.literal(text);
  }

  private long micros(long began) {
    return (clock.nanos() - began) / 1000;
  }
}
