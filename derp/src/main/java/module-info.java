/// DERP client: of the frame layer over any byte stream, over HTTP, and of several regions at once.
module dev.adit.derp {
  requires transitive dev.adit.core;
  requires transitive dev.adit.net;
  requires static org.jspecify;

  exports dev.adit.derp;
  exports dev.adit.derp.probe;
}
