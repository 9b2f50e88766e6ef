/// Bytes to values and back, one package per protocol. Pure.
module dev.adit.wire {
  requires transitive dev.adit.crypto;
  requires tools.jackson.core;
  requires static org.jspecify;

  exports dev.adit.wire;
  exports dev.adit.wire.control;
  exports dev.adit.wire.derp;
  exports dev.adit.wire.probe;
  exports dev.adit.wire.proxyprotocol;
  exports dev.adit.wire.stun;
  exports dev.adit.wire.tls;
  exports dev.adit.wire.wireguard;
}
