package dev.adit.systemtests.swarm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Sends a small UDP packet to each of many addresses once a second, spread over the second, and
/// counts what comes back.
///
///     Pulse PORT ADDRESS…
///
/// To each line on standard input it answers `counts sent N answered N`. It ends with its input.
public final class Pulse {
  private static final long SECOND = 1_000_000_000L;

  private Pulse() {}

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    List<InetAddress> addresses = new ArrayList<>();
    for (int i = 1; i < arguments.length; i++) {
      addresses.add(InetAddress.ofLiteral(arguments[i]));
    }
    var sent = new AtomicLong();
    var answered = new AtomicLong();
    var socket = new DatagramSocket();
    Thread.ofPlatform().daemon().start(() -> count(socket, answered));
    Thread.ofPlatform().daemon().start(() -> send(socket, addresses, port, sent));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
      System.out.println("counts sent " + sent.get() + " answered " + answered.get());
    }
    System.exit(0);
  }

  private static void send(
      DatagramSocket socket, List<InetAddress> addresses, int port, AtomicLong sent) {
    long begun = System.nanoTime();
    for (long i = 0; ; i++) {
      long wait = begun + i * SECOND / addresses.size() - System.nanoTime();
      try {
        if (wait > 0) {
          Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
        }
        InetAddress to = addresses.get((int) (i % addresses.size()));
        socket.send(new DatagramPacket(new byte[64], 64, to, port));
        sent.incrementAndGet();
      } catch (IOException e) {
        // Not reachable yet.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void count(DatagramSocket socket, AtomicLong answered) {
    var packet = new DatagramPacket(new byte[128], 128);
    while (true) {
      try {
        socket.receive(packet);
        answered.incrementAndGet();
      } catch (IOException e) {
        // An ICMP message.
      }
    }
  }
}
