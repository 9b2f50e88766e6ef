/// Program: runs on every node.
module dev.adit.agent {
  requires transitive dev.adit.core;
  requires transitive dev.adit.net;
  requires org.slf4j;
  requires static org.jspecify;

  exports dev.adit.agent;
}
