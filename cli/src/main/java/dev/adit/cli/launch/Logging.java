package dev.adit.cli.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.adit.cli.log.LineEncoder;

/// What daemons log: lines on standard error, as [LogOptions] say.
///
/// Logback finds this class by its service file. Code instead of an XML file, because the parser
/// alone would double the time until the first line. Short commands never log, so they never get
/// here.
public final class Logging extends ContextAwareBase implements Configurator {
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    LogOptions options = LogOptions.current();
    Level level = Level.toLevel(options.level(), Level.INFO);
    // A stack trace is for whoever looks for a mistake of ours.
    boolean stacks = !level.isGreaterOrEqual(Level.INFO);
    LineEncoder encoder = new LineEncoder(options.format().equals("json"), stacks);
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("console");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    root.addAppender(console);
    context.getLogger("io.netty").setLevel(Level.WARN);
    context.getLogger("org.flywaydb").setLevel(Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
