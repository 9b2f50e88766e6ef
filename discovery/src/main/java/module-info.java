/// Room for DNS-SD.
module dev.adit.discovery {
  requires transitive dev.adit.core;
  requires transitive dev.adit.net;
  requires static org.jspecify;
}
