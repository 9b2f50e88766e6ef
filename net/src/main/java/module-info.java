/// Sockets, TLS, clock, Linux interfaces: the only door outside.
module dev.adit.net {
  requires transitive dev.adit.wire;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.tcnative.classes.openssl;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires java.naming;
  requires java.net.http;
  requires jdk.net;
  requires org.shredzone.acme4j;
  requires org.slf4j;
  requires static org.jspecify;

  exports dev.adit.net;
  exports dev.adit.net.certificates;
  exports dev.adit.net.dns;
  exports dev.adit.net.files;
  exports dev.adit.net.frontdoor;
  exports dev.adit.net.http;
  exports dev.adit.net.linux;
  exports dev.adit.net.local;
  exports dev.adit.net.log;
  exports dev.adit.net.metrics;
  exports dev.adit.net.tls;
  exports dev.adit.net.udp;
  exports dev.adit.net.udpserver;
  exports dev.adit.net.websocket;
}
