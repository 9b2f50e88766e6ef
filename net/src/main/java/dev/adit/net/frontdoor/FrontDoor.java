package dev.adit.net.frontdoor;

import dev.adit.net.Clock;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.Endpoint;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one TCP port of a server: TLS, HTTP/1.1, and by each request the decision where the
/// connection goes. Thread-safe.
///
///     TCP ─▶ limits ─▶ TLS ─▶ request ─┬─▶ handler, and the next request
///                                       ├─▶ DERP: a byte stream for the relay
///                                       └─▶ WebSocket: messages for the coordinator
///
/// Netty uses epoll and BoringSSL where their native parts load, else the JDK's selectors and TLS.
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failures by the channel's end
public final class FrontDoor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);

  private static final int BACKLOG = 1024;

  /// A reader is slow when more than the upper mark waits, until only the lower does.
  private static final WriteBufferWaterMark WATER_MARKS =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private static final long CLOSE_SECONDS = 5;

  static {
    // Netty looks for buffers that nobody releases, and fills in a stack for every 128th.
    if (System.getProperty("io.netty.leakDetection.level") == null) {
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }
  }

  private final FrontDoorConfig config;
  private final boolean epoll;
  private final EventLoopGroup group;
  private final EventLoopGroup provenGroup;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Channel> listeners = new ArrayList<>();
  private final List<Channel> plainListeners = new ArrayList<>();
  private final DoorCounters counters = new DoorCounters();
  private final ConnectionLimits limits;

  private FrontDoor(
      EventLoopGroup group, EventLoopGroup provenGroup, FrontDoorConfig config, boolean epoll) {
    this.config = config;
    this.epoll = epoll;
    this.group = group;
    this.provenGroup = provenGroup;
    this.limits =
        new ConnectionLimits(
            config.maxConnections(),
            config.maxUnprovenPerAddress(),
            new AcceptLimiter(config.options().accept()),
            counters,
            Clock.SYSTEM);
  }

  /// Listens on every address of the configuration, or on none.
  ///
  /// @throws IOException naming the address and port that cannot be listened on, or what is wrong
  ///   with the certificate
  public static FrontDoor start(FrontDoorConfig config, RequestRoutes routes) throws IOException {
    var tls = config.tls() == null ? null : new ServerTls(config.tls(), Clock.SYSTEM);
    if (tls != null) {
      tls.check(config.listen().getFirst().address());
    }
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    var door =
        new FrontDoor(loops("front-door", config, io), loops("proven", config, io), config, epoll);
    try {
      var bootstrap = door.bootstrap(routes, tls);
      for (var endpoint : config.listen()) {
        door.listeners.add(bind(bootstrap, endpoint));
      }
    } catch (IOException e) {
      door.close();
      throw e;
    }
    LOG.debug("front door: {}, {}", epoll ? "epoll" : "NIO", tls == null ? "no TLS" : "TLS");
    return door;
  }

  /// Listens on one more address, without TLS and with requests of their own, such as port 80's
  /// ([PlainPort]). Limits, threads and counters are those of the whole door. Not listed by
  /// [#listening]. Before [#close], by one thread.
  ///
  /// @return where it listens, with the port the kernel chose
  /// @throws IOException as [#start]
  public Endpoint listenPlain(Endpoint endpoint, RequestRoutes routes) throws IOException {
    var listener = bind(bootstrap(routes, null), endpoint);
    plainListeners.add(listener);
    return RemoteEnd.endpoint(listener.localAddress());
  }

  private static EventLoopGroup loops(String name, FrontDoorConfig config, IoHandlerFactory io) {
    return new MultiThreadIoEventLoopGroup(
        config.threads(), new DefaultThreadFactory(name, true), io);
  }

  private ServerBootstrap bootstrap(RequestRoutes routes, @Nullable ServerTls tls) {
    Class<? extends ServerChannel> kind =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    var bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(kind)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            // A pool would keep for good what a crowd of strangers needed once (see ByteStream).
            .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARKS)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.add(channel);
                    var first =
                        new FirstBytes(
                            config.requestSeconds(),
                            counters.timeouts,
                            context -> furnish(context.pipeline(), routes, tls));
                    channel
                        .pipeline()
                        .addLast(
                            new RemoteEnd(limits, config.options().proxies(), counters), first);
                  }
                });
    if (epoll) {
      bootstrap
          .childOption(EpollChannelOption.TCP_USER_TIMEOUT, config.options().userTimeoutMillis())
          .childOption(EpollChannelOption.TCP_KEEPIDLE, config.options().keepAliveSeconds());
    }
    return bootstrap;
  }

  private void furnish(ChannelPipeline pipeline, RequestRoutes routes, @Nullable ServerTls tls) {
    if (tls != null) {
      pipeline.addLast(new HelloReader(tls, config.requestSeconds(), new Handshakes()));
    }
    var door =
        new HttpDoor(
            routes,
            config.requestSeconds(),
            HttpDoor.Workers.VIRTUAL_THREADS,
            counters,
            provenGroup);
    pipeline.addLast(door.handlers());
  }

  /// Counts how handshakes end.
  private final class Handshakes implements HelloReader.End {
    @Override
    public void succeeded(Channel channel, TlsVersion version) {
      counters.tlsDone.count(version);
      RemoteEnd.of(channel).encrypted(version);
    }

    @Override
    public void failed(Throwable cause) {
      counters.tlsFailures.count(DoorCounters.TlsFailure.of(cause));
    }
  }

  /// Adds what it counts.
  public void read(Readings into) {
    counters.read(limits.open(), into);
  }

  private static Channel bind(ServerBootstrap bootstrap, Endpoint endpoint) throws IOException {
    var address = InetAddress.getByAddress(endpoint.address().bytes());
    var future = bootstrap.bind(new InetSocketAddress(address, endpoint.port()));
    future.awaitUninterruptibly();
    var cause = future.cause();
    if (cause != null) {
      throw new IOException(
          "cannot listen on TCP " + endpoint + ": " + reason(cause, endpoint.port()), cause);
    }
    return future.channel();
  }

  private static String reason(Throwable cause, int port) {
    String text = String.valueOf(cause.getMessage());
    if (text.contains("in use")) {
      return "port " + port + " is in use by another program; stop it or choose another port";
    }
    if (text.contains("ermission denied")) {
      return "no permission for port " + port + "; run as root or grant CAP_NET_BIND_SERVICE";
    }
    return text;
  }

  /// Where it listens, with the ports the kernel chose.
  public List<Endpoint> listening() {
    return listeners.stream().map(listener -> RemoteEnd.endpoint(listener.localAddress())).toList();
  }

  /// Ends every connection and waits until it has, but at most some seconds. Harmless if repeated.
  @Override
  public void close() {
    for (var listener : listeners) {
      listener.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
    for (var listener : plainListeners) {
      listener.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
    connections.close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    for (var loops : List.of(group, provenGroup)) {
      loops
          .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
          .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
