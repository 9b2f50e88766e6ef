package dev.adit.net.local;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// A connection by a Unix socket that carries frames, `length:u32be bytes`. One thread reads; any
/// thread writes, and waits while the other end does not read.
public final class LocalFrames implements Closeable {
  private static final int BUFFER = 8_192;

  private final SocketChannel channel;
  private final DataInputStream in;
  private final int maxFrame;
  private final Object writing = new Object();

  /// @param maxFrame bytes of one frame; a longer one ends the connection
  LocalFrames(SocketChannel channel, int maxFrame) {
    this.channel = channel;
    this.maxFrame = maxFrame;
    InputStream all = Channels.newInputStream(channel);
    in = new DataInputStream(new java.io.BufferedInputStream(all, BUFFER));
  }

  /// Connects to who listens there.
  ///
  /// @throws IOException if nobody does, or we may not
  public static LocalFrames connect(Path socket, int maxFrame) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return new LocalFrames(channel, maxFrame);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Who connected, by SO_PEERCRED.
  public UserPrincipal user() throws IOException {
    return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
  }

  /// @return the next frame; null if the other end has ended the connection between two
  /// @throws FrameTooLong if the other end announces more than is allowed
  public byte @Nullable [] read() throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
    if (length < 0 || length > maxFrame) {
      throw new FrameTooLong(Integer.toUnsignedLong(length), maxFrame);
    }
    byte[] frame = new byte[length];
    in.readFully(frame);
    return frame;
  }

  public void write(byte[] frame) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).flip();
    synchronized (writing) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /// Ends the connection, also for threads that read or write.
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is buffered on our side.
    }
  }

  /// The other end breaks the rules.
  public static final class FrameTooLong extends IOException {
    private static final long serialVersionUID = 1L;

    FrameTooLong(long found, int allowed) {
      super("a frame of " + found + " bytes, allowed " + allowed);
    }
  }
}
