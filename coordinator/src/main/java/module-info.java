/// Program: networks, nodes, keys, API.
module dev.adit.coordinator {
  requires transitive dev.adit.core;
  requires transitive dev.adit.net;
  requires flyway.core;
  requires java.sql;
  requires org.slf4j;
  requires org.xerial.sqlitejdbc;
  requires static org.jspecify;

  exports dev.adit.coordinator;
}
