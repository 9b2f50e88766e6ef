package dev.adit.systemtests.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// A process of its own that tells others, or is told, how a port looks from outside: what STUN
/// does, for hosts on which nothing of ours runs.
///
/// `serve ADDRESS` answers each datagram with its source; `ask ADDRESS PORT` asks from that port
/// and prints the answer, or ends with status 1.
final class OutsideAddress {
  private static final int SERVER_PORT = 3478;
  private static final int TRIES = 4;
  private static final int SILENCE_MILLIS = 500;

  private OutsideAddress() {}

  public static void main(String[] arguments) throws IOException {
    InetAddress server = InetAddress.getByName(arguments[1]);
    if (arguments[0].equals("serve")) {
      serve(server);
    } else if (!ask(server, Integer.parseInt(arguments[2]))) {
      System.exit(1);
    }
  }

  private static void serve(InetAddress at) throws IOException {
    try (var socket = new DatagramSocket(new InetSocketAddress(at, SERVER_PORT))) {
      System.out.println("ready");
      while (true) {
        var packet = new DatagramPacket(new byte[1], 1);
        socket.receive(packet);
        String host = packet.getAddress().getHostAddress();
        String text = (host.contains(":") ? "[" + host + "]" : host) + ":" + packet.getPort();
        byte[] answer = text.getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      }
    }
  }

  private static boolean ask(InetAddress server, int port) throws IOException {
    try (var socket = new DatagramSocket(port)) {
      socket.setSoTimeout(SILENCE_MILLIS);
      for (int i = 0; i < TRIES; i++) {
        socket.send(new DatagramPacket(new byte[1], 1, server, SERVER_PORT));
        var answer = new DatagramPacket(new byte[100], 100);
        try {
          socket.receive(answer);
          System.out.println(
              new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII));
          return true;
        } catch (SocketTimeoutException e) {
          // Asked again.
        }
      }
      return false;
    }
  }
}
