package dev.adit.core.derp;

import dev.adit.wire.derp.MeshKey;
import org.jspecify.annotations.Nullable;

/// How a DERP relay treats its clients. Immutable.
///
/// @param meshKey what the relays of the region share; null for a relay of its own, to which nobody
///   is privileged
/// @param queueDepth packets that wait for one client, of each of two classes; 1 to 65,536, default
///   32
/// @param writeLimit how long a client may not read at all before it is dropped, nanoseconds; 0 for
///   ever; default 2 s. Mesh peers have 30 s.
public record DerpServerOptions(@Nullable MeshKey meshKey, int queueDepth, long writeLimit) {
  public static final DerpServerOptions DEFAULT =
      new DerpServerOptions(null, ClientSendQueue.DEFAULT_CAPACITY, 2_000_000_000L);

  public DerpServerOptions {
    if (queueDepth < 1 || queueDepth > 65_536) {
      throw new IllegalArgumentException(
          "DERP queue depth: " + queueDepth + ", allowed 1 to 65536");
    }
    if (writeLimit < 0) {
      throw new IllegalArgumentException("DERP write limit: " + writeLimit + ", allowed 0 or more");
    }
  }

  public DerpServerOptions withMeshKey(@Nullable MeshKey meshKey) {
    return new DerpServerOptions(meshKey, queueDepth, writeLimit);
  }

  public DerpServerOptions withQueueDepth(int queueDepth) {
    return new DerpServerOptions(meshKey, queueDepth, writeLimit);
  }

  public DerpServerOptions withWriteLimit(long writeLimit) {
    return new DerpServerOptions(meshKey, queueDepth, writeLimit);
  }
}
