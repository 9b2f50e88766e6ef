/// The one executable: starts a program, or talks to a running one.
module dev.adit.cli {
  requires dev.adit.relay;
  requires dev.adit.coordinator;
  requires dev.adit.agent;
  requires ch.qos.logback.classic;
  requires ch.qos.logback.core;
  requires info.picocli;
  requires io.prometheus.metrics.model;
  requires io.prometheus.writer.text;
  requires jdk.management;
  requires jdk.unsupported;
  requires org.slf4j;
  requires org.tomlj;
  requires static org.jspecify;

  opens dev.adit.cli to
      info.picocli;
  opens dev.adit.cli.admin to
      info.picocli;
  opens dev.adit.cli.config to
      info.picocli;
  opens dev.adit.cli.demo to
      info.picocli;
  opens dev.adit.cli.metrics to
      info.picocli;
  opens dev.adit.cli.node to
      info.picocli;
  opens dev.adit.cli.output to
      info.picocli;
  opens dev.adit.cli.relay to
      info.picocli;
  opens dev.adit.cli.server to
      info.picocli;

  provides ch.qos.logback.classic.spi.Configurator with
      dev.adit.cli.launch.Logging;
}
