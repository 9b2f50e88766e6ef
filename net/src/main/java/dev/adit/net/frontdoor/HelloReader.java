package dev.adit.net.frontdoor;

import dev.adit.wire.MalformedException;
import dev.adit.wire.tls.ClientHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Reads what a client asks for in its first TLS message, and gives its place to TLS with the
/// certificate for that. Confined to the connection's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
final class HelloReader extends SslClientHelloHandler<SslContext> {
  /// Longer ones are refused: with all that clients of today put into it, keys that withstand
  /// quantum computers among it, it has 2 kB.
  private static final int LONGEST_HELLO = 16 * 1024;

  private final ServerTls tls;
  private final int seconds;
  private final End end;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean done;
  private boolean challenge;

  /// Hears once how the handshake went.
  interface End {
    void succeeded(Channel channel, TlsVersion version);

    void failed(Throwable cause);
  }

  /// @param seconds for the whole handshake, its first message too
  HelloReader(ServerTls tls, int seconds, End end) {
    super(LONGEST_HELLO);
    this.tls = tls;
    this.seconds = seconds;
    this.end = end;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    super.handlerAdded(context);
    deadline = context.executor().schedule(() -> tooLate(context), seconds, TimeUnit.SECONDS);
  }

  private void tooLate(ChannelHandlerContext context) {
    end(new SslHandshakeTimeoutException("no ClientHello in time"));
    context.close();
  }

  @Override
  protected Future<SslContext> lookup(ChannelHandlerContext context, @Nullable ByteBuf body) {
    var hello = ClientHello.PLAIN;
    if (body != null) {
      try {
        hello = ClientHello.parse(ByteBufUtil.getBytes(body));
      } catch (MalformedException e) {
        // The TLS library says the same, and the client why.
      }
    }
    challenge = hello.protocols().contains(ServerTls.ACME);
    try {
      var local = RemoteEnd.endpoint(context.channel().localAddress()).address();
      var chosen = tls.choose(hello, local);
      return chosen == null
          ? context.executor().newFailedFuture(new SSLException("TLS: no ACME challenge waits"))
          : context.executor().newSucceededFuture(chosen);
    } catch (SSLException e) {
      return context.executor().newFailedFuture(e);
    }
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext context, Future<SslContext> chosen) {
    if (!chosen.isSuccess()) {
      end(chosen.cause());
      context.close();
      return;
    }
    disarm();
    done = true; // the handshake's own end is told from here on
    SslHandler handler = chosen.getNow().newHandler(context.alloc());
    handler.setHandshakeTimeout(seconds, TimeUnit.SECONDS);
    handler
        .handshakeFuture()
        .addListener(handshake -> {
          if (handshake.isSuccess()) {
            var session = handler.engine().getSession();
            end.succeeded(context.channel(), TlsVersion.of(session.getProtocol()));
          } else {
            end.failed(handshake.cause());
          }
          if (challenge) {
            context.channel().close(); // the handshake was all that was asked for
          }
        });
    context.pipeline().replace(this, null, handler);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // What came first was no TLS. Netty's decoders wrap what they throw.
    end(cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause);
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    end(new ClosedChannelException());
    super.channelInactive(context);
  }

  private void end(Throwable cause) {
    disarm();
    if (!done) {
      done = true;
      end.failed(cause);
    }
  }

  private void disarm() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
