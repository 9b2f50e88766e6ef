package dev.adit.derp;

import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.PublicKey;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpHead;
import dev.adit.net.tls.Connection;
import dev.adit.net.tls.HttpUpgrade;
import dev.adit.net.tls.RelayKeyCertificate;
import dev.adit.net.tls.TcpDial;
import dev.adit.wire.Endpoint;
import dev.adit.wire.derp.DerpNode;
import dev.adit.wire.derp.DerpRegion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Goes through one connect, from TCP to the client's first frame (derp §10.2).
final class HttpConnect {
  private static final int MAX_ERROR_BODY = 1024;

  private final PrivateKey own;
  private final HttpOptions options;
  private final RandomGenerator random;
  private final Clock clock;
  private final long deadline;

  /// @param limit for everything together
  HttpConnect(
      PrivateKey own, HttpOptions options, RandomGenerator random, Clock clock, Duration limit) {
    this.own = own;
    this.options = options;
    this.random = random;
    this.clock = clock;
    this.deadline = clock.nanos() + limit.toNanos();
  }

  /// Tries the region's nodes in their order; what answers TCP counts, whatever comes then.
  DerpClient to(DerpRegion region) throws IOException {
    IOException firstFailure = null;
    DerpNode first = region.nodes().isEmpty() ? null : region.nodes().getFirst();
    for (DerpNode node : region.nodes()) {
      if (first == null || node.stunOnly()) {
        continue;
      }
      Door door = Door.of(node, first, options);
      boolean[] answered = new boolean[1];
      TcpDial dial =
          until -> {
            var socket = door.dial().open(until);
            answered[0] = true;
            return socket;
          };
      try {
        return to(
            new Door(door.host(), door.port(), door.path(), dial, door.policy(), door.ideal()));
      } catch (IOException e) {
        if (answered[0] || left().isZero()) {
          throw e;
        }
        firstFailure = firstFailure == null ? e : firstFailure;
      }
      if (options.webSocket()) {
        break;
      }
    }
    throw firstFailure != null
        ? firstFailure
        : new IOException("region " + region.id() + " has no relay, only STUN");
  }

  DerpClient to(Door door) throws IOException {
    Connection connection = door.open(left());
    boolean done = false;
    try {
      connection.readTimeout(left());
      DerpClient client = options.webSocket() ? webSocket(connection, door) : raw(connection, door);
      done = true;
      return client;
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(1_000_000, deadline - clock.nanos()));
  }

  private DerpClient webSocket(Connection connection, Door door) throws IOException {
    var channel = WebSocketChannel.open(connection, door.authority(), door.path(), random);
    return DerpClient.open(channel, own, options.derp(), random, clock);
  }

  private DerpClient raw(Connection connection, Door door) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Upgrade", "DERP");
    if (door.ideal() != null) {
      headers.put("Ideal-Node", door.ideal());
    }
    ByteChannel channel = ByteChannel.of(connection);
    PublicKey told =
        connection.isTls13() ? RelayKeyCertificate.find(connection.certificates()) : null;
    if (told == null) {
      HttpHead answer = HttpUpgrade.request(connection, door.authority(), door.path(), headers);
      if (answer.status() != 101) {
        throw new IOException(
            "the relay answered " + answer.startLine() + body(connection, answer));
      }
      return DerpClient.open(channel, own, options.derp(), random, clock);
    }
    PublicKey expected = options.derp().serverKey();
    if (expected != null && !expected.equals(told)) {
      throw new IOException("relay has key " + told + ", expected " + expected);
    }
    headers.put("Derp-Fast-Start", "1");
    byte[] request = HttpUpgrade.bytes(door.authority(), door.path(), headers);
    return DerpClient.openToKnown(
        new Behind(request, channel), own, told, options.derp(), random, clock);
  }

  private static String body(Connection connection, HttpHead answer) {
    try {
      int length = answer.contentLength(MAX_ERROR_BODY);
      byte[] body = connection.input().readNBytes(length);
      String text = new String(body, StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "" : ": " + text;
    } catch (IOException e) {
      return "";
    }
  }

  /// Lets the first write leave together with the HTTP request: one record, no answer awaited.
  private static final class Behind implements ByteChannel {
    private final ByteChannel channel;
    private byte @Nullable [] request;

    Behind(byte[] request, ByteChannel channel) {
      this.request = request;
      this.channel = channel;
    }

    @Override
    public int read(byte[] buffer, Duration limit) throws IOException {
      return channel.read(buffer, limit);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      byte[] before = request;
      if (before == null) {
        channel.write(bytes);
        return;
      }
      request = null;
      byte[] both = new byte[before.length + bytes.length];
      System.arraycopy(before, 0, both, 0, before.length);
      System.arraycopy(bytes, 0, both, before.length, bytes.length);
      channel.write(both);
    }

    @Override
    public @Nullable Endpoint local() {
      return channel.local();
    }

    @Override
    public boolean isStranded() {
      return channel.isStranded();
    }

    @Override
    public void close() {
      channel.close();
    }
  }
}
