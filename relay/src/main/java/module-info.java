/// Program: DERP and STUN server.
module dev.adit.relay {
  requires transitive dev.adit.core;
  requires transitive dev.adit.derp;
  requires transitive dev.adit.net;
  requires java.management;
  requires org.slf4j;
  requires static org.jspecify;

  exports dev.adit.relay;
  exports dev.adit.relay.admin;
  exports dev.adit.relay.admission;
  exports dev.adit.relay.managed;
  exports dev.adit.relay.pages;
}
