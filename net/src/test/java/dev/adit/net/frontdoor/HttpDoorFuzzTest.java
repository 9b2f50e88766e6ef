package dev.adit.net.frontdoor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.net.Clock;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.http.RequestTarget;
import dev.adit.testkit.Pieces;
import dev.adit.wire.MalformedException;
import dev.adit.wire.Text;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Whatever comes to the TCP port, inside TLS: requests, bodies and WebSocket messages are within
/// their limits, nothing is thrown past the pipeline, no buffer is kept, and how the network cut
/// the bytes into pieces does not matter.
///
/// The real pipeline on Netty's channel without a network; its handlers run at once.
class HttpDoorFuzzTest {
  private static final int BODY_LIMIT = 100;
  private static final String BROKEN = "broken: ";
  private static final byte[] OPENING =
      String.join(
              "\r\n",
              "GET /stream HTTP/1.1",
              "Host: a",
              "Upgrade: websocket",
              "Connection: Upgrade",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
              "Sec-WebSocket-Protocol: s",
              "\r\n")
          .getBytes(US_ASCII);
  private static final byte[] DERP_WEBSOCKET =
      new String(OPENING, US_ASCII)
          .replace("/stream", "/derp")
          .replace("Protocol: s", "Protocol: derp")
          .getBytes(US_ASCII);
  private static final byte[] DERP =
      "GET /derp HTTP/1.1\r\nHost: a\r\nUpgrade: DERP\r\nConnection: Upgrade\r\n\r\n"
          .getBytes(US_ASCII);

  @FuzzTest
  void anyRequests(byte @NotNull @WithLength(max = 4096) [] bytes) {
    check(new byte[0], bytes);
  }

  @FuzzTest
  void anyFramesOfAWebSocket(byte @NotNull @WithLength(max = 4096) [] bytes) {
    check(OPENING, bytes);
  }

  @FuzzTest
  void anyFramesOfDerpsWebSocket(byte @NotNull @WithLength(max = 4096) [] bytes) {
    check(DERP_WEBSOCKET, bytes);
  }

  @FuzzTest
  void anyBytesBehindAnUpgradeToDerp(byte @NotNull @WithLength(max = 1024) [] bytes) {
    var heard = check(DERP, bytes);
    assertThat(heard).contains("derp " + Text.hex(bytes));
  }

  @FuzzTest
  void anyRequestTarget(byte @NotNull @WithLength(max = 512) [] bytes) {
    try {
      var target = RequestTarget.parse(new String(bytes, ISO_8859_1));
      assertThat(isGood(target.path())).isTrue();
    } catch (MalformedException expected) {
      // refused
    }
  }

  /// What was heard of it, the same for three ways to cut it.
  private static List<String> check(byte[] opening, byte[] bytes) {
    byte[] stream = new byte[opening.length + bytes.length];
    System.arraycopy(opening, 0, stream, 0, opening.length);
    System.arraycopy(bytes, 0, stream, opening.length, bytes.length);
    var whole = run(List.of(stream));
    assertThat(run(Pieces.of(stream))).isEqualTo(whole);
    assertThat(run(Pieces.ofOneByte(stream))).isEqualTo(whole);
    return whole;
  }

  private static List<String> run(List<byte[]> pieces) {
    List<String> heard = new ArrayList<>();
    var derp = new ByteArrayOutputStream();
    var allocator = new UnpooledByteBufAllocator(false);
    var counters = new DoorCounters();
    var door = new HttpDoor(routes(heard, derp), 30, (_, work) -> work.run(), counters, null);
    var channel = new Connection();
    channel.config().setAllocator(allocator);
    channel
        .pipeline()
        .addLast(
            new RemoteEnd(
                new ConnectionLimits(
                    10,
                    10,
                    new AcceptLimiter(DoorOptions.AcceptRate.UNLIMITED),
                    counters,
                    Clock.SYSTEM),
                Proxies.NONE,
                counters));
    channel.pipeline().addLast(door.handlers());
    channel.pipeline().fireChannelActive();
    for (byte[] piece : pieces) {
      if (channel.isOpen()) {
        // A copy: after some reads the decoder moves what is left to the array's beginning.
        channel.writeInbound(Unpooled.copiedBuffer(piece));
      }
    }
    var out = new ByteArrayOutputStream();
    for (ByteBuf sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
      byte[] bytes = new byte[sent.readableBytes()];
      sent.readBytes(bytes);
      out.writeBytes(bytes);
      sent.release();
    }
    heard.add("sent " + out.toString(ISO_8859_1).replaceAll("date: [^\r]*", ""));
    heard.add("derp " + Text.hex(derp.toByteArray()));
    assertThat(heard).noneMatch(text -> text.startsWith(BROKEN));
    channel.checkException();
    channel.finishAndReleaseAll();
    assertThat(allocator.metric().usedHeapMemory()).as("buffers kept").isZero();
    assertThat(allocator.metric().usedDirectMemory()).as("buffers kept").isZero();
    return heard;
  }

  private static RequestRoutes routes(List<String> heard, ByteArrayOutputStream derp) {
    return new RequestRoutes()
        .http(
            "/",
            request -> {
              if (request.body().length > BODY_LIMIT || !isGood(request.path())) {
                heard.add(BROKEN + request); // an assertion's error would not get out of here
              }
              heard.add(
                  request.method()
                      + " "
                      + request.path()
                      + " "
                      + request.query()
                      + " "
                      + Text.hex(request.body()));
              return HttpResponse.text(200, "good");
            },
            BODY_LIMIT)
        .message("/stream", "s", connection -> new Messages(connection, heard))
        .derp(connection -> new Bytes(derp), "07".repeat(32));
  }

  private static boolean isGood(String path) {
    return path.startsWith("/")
        && !path.contains("/../")
        && !path.contains("/./")
        && !path.endsWith("/..")
        && !path.endsWith("/.")
        && path.chars().noneMatch(Character::isISOControl);
  }

  /// Comes from somewhere.
  private static final class Connection extends EmbeddedChannel {
    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress("192.0.2.1", 5);
    }
  }

  private record Messages(MessageConnection connection, List<String> heard)
      implements MessageConnection.Listener {
    @Override
    public void received(byte[] message) {
      boolean good = message.length <= MessageStream.MAX_MESSAGE;
      heard.add((good ? "message " : BROKEN) + Text.hex(message));
      connection.send(message);
    }

    @Override
    public void closed() {}
  }

  private record Bytes(ByteArrayOutputStream heard) implements ByteConnection.Listener {
    @Override
    public void received(byte[] bytes, int offset, int length) {
      heard.write(bytes, offset, length);
    }

    @Override
    public void readBatchEnded() {}

    @Override
    public void writable() {}

    @Override
    public void closed() {}
  }
}
