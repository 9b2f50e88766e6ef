package dev.adit.examples;

import dev.adit.core.admission.OpenAdmission;
import dev.adit.core.derp.DerpServerOptions;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.FrontDoor;
import dev.adit.net.frontdoor.FrontDoorConfig;
import dev.adit.net.frontdoor.RequestRoutes;
import dev.adit.relay.DerpServer;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.List;

/// A program with a DERP server inside: over HTTP by a front door, and over bare sockets that the
/// program accepts by itself and hands over. Prints both ports, then serves until it is ended.
public final class EmbeddedRelay {
  private EmbeddedRelay() {}

  public static void main(String[] args) throws IOException {
    var random = new SecureRandom();
    var server =
        DerpServer.of(
            PrivateKey.generate(random),
            DerpServerOptions.DEFAULT,
            new OpenAdmission(),
            Clock.SYSTEM,
            random);
    var listen = List.of(Endpoint.literal("127.0.0.1:0"));
    var door = FrontDoor.start(FrontDoorConfig.of(listen, null), server.addTo(new RequestRoutes()));
    try (var own = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      System.out.println(
          "http://127.0.0.1:" + door.listening().getFirst().port() + "/derp " + own.getLocalPort());
      while (true) {
        Socket socket = own.accept();
        var remote =
            new Endpoint(IpAddress.of(socket.getInetAddress().getAddress()), socket.getPort());
        server.handOver(new SocketChannel(socket), remote);
      }
    }
  }
}
