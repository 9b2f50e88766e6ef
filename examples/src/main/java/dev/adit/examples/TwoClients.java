package dev.adit.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.crypto.PrivateKey;
import dev.adit.derp.DerpClient;
import dev.adit.derp.DerpHttpClient;
import dev.adit.derp.DerpOptions;
import dev.adit.derp.HttpOptions;
import dev.adit.net.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.security.SecureRandom;

/// Two clients of one relay: one over HTTP, one over a bare socket. Arguments: the relay's URL, and
/// the port of [EmbeddedRelay]'s own listener.
public final class TwoClients {
  private TwoClients() {}

  public static void main(String[] args) throws IOException {
    var random = new SecureRandom();
    var url = URI.create(args[0]);
    var socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1]));
    try (var web =
            DerpHttpClient.of(
                url, PrivateKey.generate(random), HttpOptions.DEFAULT, random, Clock.SYSTEM);
        var bare =
            DerpClient.open(
                new SocketChannel(socket),
                PrivateKey.generate(random),
                DerpOptions.DEFAULT,
                random,
                Clock.SYSTEM)) {
      while (!(bare.receive() instanceof Event.Admitted)) {
        // It cannot be sent anything before.
      }
      web.send(bare.key(), "hello by relay".getBytes(UTF_8));
      while (true) {
        if (bare.receive() instanceof Event.Received(var source, var packet)) {
          System.out.println(new String(packet, UTF_8));
          System.out.println(
              source.equals(web.key()) ? "from whom it should be" : "from a stranger");
          return;
        }
      }
    }
  }
}
