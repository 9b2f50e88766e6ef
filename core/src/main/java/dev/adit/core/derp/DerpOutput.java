package dev.adit.core.derp;

/// A session's connection, as far as the session needs it. Where nothing else is said, called by
/// the connection's own thread only.
public interface DerpOutput {
  /// True if the calling thread is the connection's own and the connection takes more bytes. Called
  /// by any thread.
  boolean takes();

  /// Adds to what the client is sent; copied. May be called for one whole frame each time that
  /// [#takes] was true; the bytes leave when the thread's present work is done.
  void append(byte[] bytes, int offset, int length);

  /// The same for a frame in two parts, its head first.
  default void append(byte[] head, byte[] bytes, int offset, int length) {
    append(head, 0, head.length);
    append(bytes, offset, length);
  }

  /// Tells that [DerpServerSession#drain] has something to do. Called by any thread; must not
  /// block, and must not drain before it returns.
  void wake();

  /// True if the peer has taken some bytes since this was asked last.
  boolean progressed();
}
