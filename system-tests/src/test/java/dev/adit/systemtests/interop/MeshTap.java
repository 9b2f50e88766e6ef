package dev.adit.systemtests.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.adit.net.tls.Connection;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.derp.Derp;
import dev.adit.wire.derp.FrameCutter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Stands in a link from one relay of a region to another, plain on one side and TLS on the other,
/// and notes every packet that is forwarded there.
///
/// Every byte of the link passes here, so no packet escapes it, as some do from a capture of a busy
/// interface.
final class MeshTap implements AutoCloseable {
  private static final String HEAD_END = "\r\n\r\n";

  private final ServerSocket server;
  private final Endpoint relay;
  private final Hops hops;

  private MeshTap(ServerSocket server, Endpoint relay, Hops hops) {
    this.server = server;
    this.relay = relay;
    this.hops = hops;
  }

  /// @param relay where the link leads
  static MeshTap open(int port, Endpoint relay, Hops hops) throws IOException {
    var server = new ServerSocket(port, 16, InetAddress.ofLiteral("127.0.0.1"));
    var tap = new MeshTap(server, relay, hops);
    Thread.ofVirtual().name("tap").start(tap::accept);
    return tap;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket link = server.accept();
        Thread.ofVirtual().name("tap-link").start(() -> serve(link));
      } catch (IOException e) {
        // closed, or the next one comes
      }
    }
  }

  private void serve(Socket link) {
    try (link;
        Connection further = RelayProcess.tls(relay)) {
      Thread.ofVirtual().name("tap-back").start(() -> back(further, link));
      there(link.getInputStream(), further.output());
    } catch (IOException | MalformedException e) {
      // One side has ended; the relay that dialled notices.
    }
  }

  private static void back(Connection from, Socket to) {
    try (from;
        to) {
      from.input().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // as above
    }
  }

  private void there(InputStream from, OutputStream to) throws IOException, MalformedException {
    var frames = new FrameCutter((type, _) -> type == Derp.FORWARD_PACKET);
    var head = new StringBuilder();
    byte[] buffer = new byte[16 * 1024];
    for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
      to.write(buffer, 0, length);
      if (head.indexOf(HEAD_END) >= 0) {
        frames.append(buffer, 0, length);
        note(frames);
      } else {
        // The first frame waits for the answer to the request.
        head.append(new String(buffer, 0, length, ISO_8859_1));
      }
    }
  }

  private void note(FrameCutter frames) throws MalformedException {
    while (frames.next()) {
      if (frames.length() >= 2 * Derp.KEY_BYTES + ChaosPacket.MIN_BYTES) {
        hops.forwarded(ChaosPacket.id(frames.array(), frames.offset() + 2 * Derp.KEY_BYTES));
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
