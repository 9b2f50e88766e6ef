package dev.adit.coordinator.stream;

import dev.adit.core.control.CoordinatorSession;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Encodes whole maps apart from the hub and the event loops, at most as many at once as there are
/// processors (control R-REV-6): the map of 10,000 nodes is 6 MB of JSON, and after a restart every
/// agent may need one. That number also bounds the memory. Thread-safe.
final class MapEncoders implements AutoCloseable {
  private static final int SMALL = 24; // nodes whose map is quickly made; about 16 KiB

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(),
          Thread.ofPlatform().daemon().name("coordinator-maps-", 0).factory());

  /// Sends `map`; what is sent to this peer later comes behind it.
  void send(MachineConnection peer, NetworkMap map) {
    if (map.nodes().size() <= SMALL) {
      peer.send(map);
    } else {
      peer.sendWhenEncoded(encode(map));
    }
  }

  private CompletableFuture<List<byte[]>> encode(NetworkMap map) {
    return CompletableFuture.supplyAsync(() -> CoordinatorSession.encode(map), threads);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
