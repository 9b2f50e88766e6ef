package dev.adit.systemtests.swarm;

import dev.adit.net.Clock;
import dev.adit.wire.Endpoint;
import dev.adit.wire.IpAddress;
import dev.adit.wire.control.JoinKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A process of many [ActivePeer]s, all of one node.
///
///     ActivePeers KEY FIRST COUNT NAME-PREFIX ADDRESS
///
/// What happens is a line of standard output, `NAME what`; among it `address A`, the peer's inside
/// the tunnel. To `counts` on standard input it answers `counts up N direct N`. It ends with its
/// input, or with `quit`.
public final class ActivePeers {
  private static final int FIRST_PORT = 41_000;
  private static final long SPACING_MILLIS = 50;

  private final List<ActivePeer> peers = new ArrayList<>();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Selector selector = Selector.open();

  private ActivePeers() throws IOException {}

  public static void main(String[] arguments) throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    var all = new ActivePeers();
    JoinKey key = JoinKey.parse(arguments[0]);
    int first = Integer.parseInt(arguments[1]);
    IpAddress address = IpAddress.parse(arguments[4]);
    for (int i = first; i < first + Integer.parseInt(arguments[2]); i++) {
      var outside = new Endpoint(address, FIRST_PORT + i);
      DatagramChannel channel = DatagramChannel.open();
      channel.bind(PacketPort.address(outside)).configureBlocking(false);
      var peer =
          new ActivePeer(
              arguments[3],
              i,
              key,
              (agent, what) -> out.println(agent.name + " " + what),
              all::execute,
              channel,
              outside);
      channel.register(all.selector, SelectionKey.OP_READ, peer);
      all.peers.add(peer);
    }
    Thread.ofPlatform().daemon().name("peers").start(all::run);
    for (ActivePeer peer : all.peers) {
      Thread.ofVirtual().start(peer.control);
      Thread.sleep(SPACING_MILLIS);
    }
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
      all.execute(() -> out.println(all.counts()));
    }
    System.exit(0);
  }

  private void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  private String counts() {
    long up = peers.stream().filter(peer -> peer.control.isUp()).count();
    long direct = peers.stream().filter(ActivePeer::isDirect).count();
    return "counts up " + up + " direct " + direct;
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocate(2_048);
    try {
      while (true) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        long now = Clock.SYSTEM.nanos();
        long wake = now + 1_000_000_000L;
        for (ActivePeer peer : peers) {
          wake = Math.min(wake, peer.timeReached(now));
        }
        selector.select(Math.max(1, (wake - now) / 1_000_000));
        for (SelectionKey ready : selector.selectedKeys()) {
          ((ActivePeer) ready.attachment()).receive(buffer);
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
