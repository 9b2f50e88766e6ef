package dev.adit.net.frontdoor;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/// Buffers of the packet path. Netty's own pools are made for buffers of every size in every
/// thread: the adaptive one allocates objects for what is larger than it likes, the other one
/// begins with 4 MiB for each thread. Here are a few sizes, none above two TLS records.
final class PacketPool {
  private static final int PAGE = 8192;
  private static final int CHUNK_ORDER =
      6; // chunks of 512 KiB, returned when nothing of them is used
  private static final int SMALL_KEPT = 64;
  private static final int LARGE_KEPT = 32;

  /// One arena for each event loop, and no heap buffers.
  static final ByteBufAllocator INSTANCE =
      new PooledByteBufAllocator(
          true,
          0,
          Math.min(4, Runtime.getRuntime().availableProcessors()),
          PAGE,
          CHUNK_ORDER,
          SMALL_KEPT,
          LARGE_KEPT,
          false);

  private PacketPool() {}
}
