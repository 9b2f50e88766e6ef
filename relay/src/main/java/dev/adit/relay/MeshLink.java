package dev.adit.relay;

import dev.adit.core.derp.DerpClientSession.Event;
import dev.adit.core.derp.ForwardQueue;
import dev.adit.crypto.PublicKey;
import dev.adit.derp.DerpClient;
import dev.adit.derp.DerpHttpClient;
import dev.adit.net.log.LogLine;
import dev.adit.wire.derp.DerpFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This relay's link to one other of its region (derp §7.4): hears which clients are there, and
/// takes packets for them.
///
/// Its reader is a thread of its own, and so is the writer of each connection: clients' event loops
/// only put packets into the queue between.
final class MeshLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MeshLink.class);

  private final MeshPeer peer;
  private final Relay relay;
  private final DerpHttpClient http;
  private final Duration pause;
  private final Thread reader;
  private @Nullable String told; // why there was no connection; of the reader
  private volatile boolean closed;
  private volatile boolean isSelf;
  private volatile boolean isUp;
  private volatile @Nullable MeshWriter writer; // of the connection there is now

  /// @param pause between the end of one connection and the next try
  MeshLink(MeshPeer peer, Relay relay, DerpHttpClient http, Duration pause) {
    this.peer = peer;
    this.relay = relay;
    this.http = http;
    this.pause = pause;
    this.reader = Thread.ofVirtual().name("mesh-read").unstarted(this::run);
  }

  void start() {
    reader.start();
  }

  /// True while the other relay tells us who is there.
  boolean isUp() {
    return isUp;
  }

  /// True once the other relay was found to be this one.
  boolean isSelf() {
    return isSelf;
  }

  /// Asks the other relay to end the connections of a client there (derp §6.6).
  ///
  /// @return false if there is no link now
  boolean closePeer(PublicKey client) {
    var now = writer;
    return isUp && now != null && now.order(new DerpFrame.ClosePeer(client).encode());
  }

  private void run() {
    while (!closed && !isSelf) {
      String reason;
      try {
        reason = serve(http.connection());
      } catch (IOException e) {
        reason = String.valueOf(e.getMessage());
      }
      http.reconnect();
      if (!closed && !isSelf) {
        lost(reason);
        LockSupport.parkNanos(pause.toNanos());
      }
    }
    http.close();
  }

  /// Once for each reason in a row: a relay that stays away is no news every five seconds.
  private void lost(String reason) {
    if (!reason.equals(told)) {
      told = reason;
      LogLine.warn(LOG, "mesh_link_down")
          .addKeyValue("peer", peer)
          .addKeyValue("reason", reason)
          .log("no link to another relay of the region; trying again");
    }
  }

  /// Until the connection ends.
  ///
  /// @return why it did
  private String serve(DerpClient client) {
    if (client.serverKey().equals(relay.key())) {
      isSelf = true;
      LogLine.info(LOG, "mesh_peer_is_self")
          .addKeyValue("peer", peer)
          .log("a relay in the list of those of the region is this one");
      return "";
    }
    var writer = new MeshWriter(client::forward, client::close, relay.metrics());
    this.writer = writer;
    Set<PublicKey> present = new HashSet<>();
    writer.start();
    try {
      while (true) {
        heard(client.receive(), writer.queue(), present);
      }
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } finally {
      if (isUp) {
        isUp = false;
        relay.metrics().add(MeshCounter.LINKS_LOST, 1);
      }
      this.writer = null;
      client.close();
      writer.close();
      for (PublicKey gone : present) {
        relay.router().removeForwarder(gone, writer.queue());
      }
    }
  }

  private void heard(Event event, ForwardQueue queue, Set<PublicKey> present) {
    switch (event) {
      case Event.Admitted _ -> {
        isUp = true;
        told = null;
        relay.metrics().add(MeshCounter.LINKS_MADE, 1);
        LogLine.info(LOG, "mesh_link_up")
            .addKeyValue("peer", peer)
            .log("linked to another relay of the region");
      }
      case Event.PeerPresent(var key, _, _) -> {
        // We stand in its list as well: nobody sends to a relay.
        if (!key.equals(relay.key()) && present.add(key)) {
          relay.router().addForwarder(key, queue);
        }
      }
      case Event.PeerGone(var key, _) -> {
        if (present.remove(key)) {
          relay.router().removeForwarder(key, queue);
        }
      }
      default -> {}
    }
  }

  @Override
  public void close() {
    closed = true;
    http.close();
    LockSupport.unpark(reader);
  }
}
