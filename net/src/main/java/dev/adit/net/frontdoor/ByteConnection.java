package dev.adit.net.frontdoor;

import dev.adit.wire.Endpoint;

/// A connection that was taken over from HTTP and now carries a byte stream of its own (DERP).
///
/// [#write], [#flush], [#close] and [#execute] may be called by any thread; everything that the
/// [Listener] hears comes on the connection's event loop, one call at a time.
public interface ByteConnection {
  /// The peer's address.
  Endpoint remote();

  /// False if the client said that it would rather be at another node of the region: it came here
  /// because that one did not answer (`Ideal-Node`, derp §2.3.2).
  default boolean isIdeal() {
    return true;
  }

  /// Appends to the outgoing stream without flushing; the array is handed over and must not be
  /// changed afterwards.
  void write(byte[] bytes);

  /// Hands what was written to the kernel.
  void flush();

  /// Adds to the outgoing stream, on the connection's event loop only; the bytes are copied. They
  /// leave when the loop's present turn is over, or when 16 KiB have come together: one TLS record
  /// and one call of the kernel for whatever one turn causes.
  void append(byte[] bytes, int offset, int length);

  /// The same for a frame in two parts, its head first.
  default void append(byte[] head, byte[] bytes, int offset, int length) {
    append(head, 0, head.length);
    append(bytes, offset, length);
  }

  /// True on the connection's event loop while [#isWritable]. Called by any thread.
  boolean isWritableHere();

  /// False while more than the write limit is waiting; [Listener#writable] tells when that is over.
  boolean isWritable();

  /// True if the peer has taken some of what is waiting since this was asked last; on the event
  /// loop only.
  boolean progressed();

  /// The round trip that TCP measures now, microseconds; -1 where none is known. Any thread may
  /// ask.
  default long roundTripMicros() {
    return -1;
  }

  /// Stops or goes on reading; TCP then slows the peer down. On the event loop only.
  void setReading(boolean reading);

  /// Drops the connection; nothing written is waited for.
  void close();

  /// Tells that the peer has proven who it is: the connection no longer counts against what one
  /// address may open.
  default void peerProven() {}

  /// Runs `task` on this connection's event loop.
  void execute(Runnable task);

  /// Runs `task` on this connection's event loop after `delayNanos`. Ignored once closed.
  void schedule(Runnable task, long delayNanos);

  /// Hears what happens on one connection, on its event loop.
  interface Listener {
    /// Bytes in stream order; the array is valid during the call only.
    void received(byte[] array, int offset, int length);

    /// No more bytes for now: the end of one read batch, the moment to flush what it caused.
    void readBatchEnded();

    /// [ByteConnection#isWritable] has become true again.
    void writable();

    /// The last call: the connection ended, by whichever side.
    void closed();
  }

  /// Takes over connections whose upgrade request was accepted.
  @FunctionalInterface
  interface Acceptor {
    /// Called on the event loop after the request and before any further byte is read. What the
    /// acceptor writes at once follows the answer's header in one flush.
    Listener accept(ByteConnection connection);
  }
}
