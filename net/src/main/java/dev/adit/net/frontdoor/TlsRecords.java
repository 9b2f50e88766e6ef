package dev.adit.net.frontdoor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The TLS of a connection whose handshake is over and whose peer is proven, in place of Netty's
/// [SslHandler]: that one allocates for each read and each write, and costs half a microsecond more
/// for each. This one hands addresses to the same BoringSSL connection, and allocates nothing.
/// Confined to the connection's event loop.
///
/// Its records go through a BIO of ours, which has one buffer at a time: what is read, or where to
/// write.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class TlsRecords extends ChannelDuplexHandler {
  /// The most that one record holds.
  private static final int RECORD = 16 * 1024;

  /// What a record is longer than its content, whatever the cipher.
  private static final int MOST_OVERHEAD = 128;

  /// Room for what is decrypted at once: two records, as the first may have begun earlier.
  private static final int CLEAR = 2 * RECORD;

  /// Of what BoringSSL says while it reads: alerts.
  private static final int ASIDE = 512;

  /// One for each event loop: whoever reads has done so when the call is over.
  private static final FastThreadLocal<ByteBuf> READ = new FastThreadLocal<>();

  private static final int WANT_READ = 2; // SSL_ERROR_WANT_READ

  private final ReferenceCountedOpenSslEngine engine;
  private long ssl;
  private long bio;

  private TlsRecords(ReferenceCountedOpenSslEngine engine) {
    this.engine = engine;
    ssl = engine.sslPointer();
    bio = SSL.bioNewByteBuffer(ssl, ASIDE); // the BIO before is freed by this
  }

  /// Takes the place of Netty's handler, unless there is no BoringSSL.
  static void takeOver(Channel channel) {
    var pipeline = channel.pipeline();
    var tls = pipeline.get(SslHandler.class);
    if (tls == null
        || !channel.isActive()
        || !(tls.engine() instanceof ReferenceCountedOpenSslEngine engine)
        || engine.sslPointer() == 0) {
      return;
    }
    channel.flush();
    engine.retain(); // the other one's goes with it
    // What that one has read and not decrypted comes to the next handler.
    pipeline.addAfter(pipeline.context(tls).name(), null, new TlsRecords(engine));
    pipeline.remove(tls);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
    var sealed = direct(context, (ByteBuf) message);
    try {
      while (sealed.isReadable() && ssl != 0) {
        var clear = clear();
        boolean goesOn = decrypt(sealed, clear);
        if (clear.isReadable()) {
          context.fireChannelRead(clear.retain()); // this may end the connection
        }
        if (!goesOn) {
          context.close();
          return;
        }
      }
    } finally {
      sealed.release();
    }
  }

  private static ByteBuf clear() {
    var clear = READ.get();
    if (clear == null || clear.refCnt() != 1) { // somebody keeps it
      if (clear != null) {
        clear.release();
      }
      clear = Unpooled.directBuffer(CLEAR, CLEAR);
      READ.set(clear);
    }
    return clear.clear();
  }

  /// The same bytes where BoringSSL can read them; `buffer` itself, as a rule.
  private static ByteBuf direct(ChannelHandlerContext context, ByteBuf buffer) {
    if (buffer.hasMemoryAddress()) {
      return buffer;
    }
    try {
      return context.alloc().directBuffer(Math.max(1, buffer.readableBytes())).writeBytes(buffer);
    } finally {
      buffer.release();
    }
  }

  /// Takes from `sealed` what `clear` has room for.
  ///
  /// @return false if the peer says no more
  private boolean decrypt(ByteBuf sealed, ByteBuf clear) throws IOException {
    int length = sealed.readableBytes();
    SSL.bioSetByteBuffer(bio, sealed.memoryAddress() + sealed.readerIndex(), length, false);
    try {
      while (clear.writableBytes() >= RECORD) {
        long to = clear.memoryAddress() + clear.writerIndex();
        int read = SSL.readFromSSL(ssl, to, clear.writableBytes());
        if (read > 0) {
          clear.writerIndex(clear.writerIndex() + read);
          continue;
        }
        int error = SSL.getError(ssl, read);
        if (error == WANT_READ) {
          break;
        }
        if ((SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0) {
          return false;
        }
        throw failure("TLS record cannot be opened");
      }
      return true;
    } finally {
      sealed.skipBytes(length - SSL.bioLengthByteBuffer(bio));
      SSL.bioClearByteBuffer(bio);
    }
  }

  private static IOException failure(String what) {
    long number = SSL.getLastErrorNumber();
    SSL.clearError();
    return new IOException(what + (number == 0 ? "" : ": " + SSL.getErrorString(number)));
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    var clear = (ByteBuf) message;
    if (ssl == 0) {
      clear.release();
      promise.tryFailure(new IOException("TLS is over"));
      return;
    }
    var sealed = encrypt(context, clear);
    if (sealed == null) {
      var failure = failure("TLS record cannot be made");
      promise.tryFailure(failure);
      context.fireExceptionCaught(failure);
      return;
    }
    context.write(sealed, promise);
  }

  /// Releases `clear`; null if it cannot be encrypted.
  private @Nullable ByteBuf encrypt(ChannelHandlerContext context, ByteBuf clear) {
    var source = direct(context, clear);
    int left = source.readableBytes();
    int room = left + (left / RECORD + 2) * MOST_OVERHEAD + ASIDE;
    var sealed = context.alloc().directBuffer(room, room);
    SSL.bioSetByteBuffer(bio, sealed.memoryAddress(), room, true);
    try {
      int aside = SSL.bioFlushByteBuffer(bio);
      long from = source.memoryAddress() + source.readerIndex();
      int before = SSL.bioLengthByteBuffer(bio);
      while (left > 0) {
        int written = SSL.writeToSSL(ssl, from, left);
        if (written <= 0) {
          sealed.release();
          return null;
        }
        from += written;
        left -= written;
      }
      return sealed.writerIndex(aside + before - SSL.bioLengthByteBuffer(bio));
    } finally {
      SSL.bioClearByteBuffer(bio);
      source.release();
    }
  }

  /// Says that no more comes, so that the peer can tell the end from an attack.
  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (ssl != 0 && context.channel().isActive()) {
      var sealed = context.alloc().directBuffer(ASIDE + MOST_OVERHEAD, ASIDE + MOST_OVERHEAD);
      SSL.bioSetByteBuffer(bio, sealed.memoryAddress(), sealed.capacity(), true);
      int aside = SSL.bioFlushByteBuffer(bio);
      int before = SSL.bioLengthByteBuffer(bio);
      SSL.shutdownSSL(ssl);
      sealed.writerIndex(aside + before - SSL.bioLengthByteBuffer(bio));
      SSL.bioClearByteBuffer(bio);
      SSL.clearError();
      context.writeAndFlush(sealed, context.voidPromise());
    }
    free();
    context.close(promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    free();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    free();
  }

  private void free() {
    if (ssl != 0) {
      ssl = 0;
      bio = 0;
      engine.release();
    }
  }
}
