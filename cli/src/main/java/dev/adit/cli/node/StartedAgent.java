package dev.adit.cli.node;

import dev.adit.agent.Agent;
import dev.adit.agent.AgentConfig;
import dev.adit.cli.Failure;
import dev.adit.cli.launch.LogOptions;
import dev.adit.net.linux.Detachment;
import dev.adit.wire.MalformedException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// The program that runs in the agent's process when `adit up` has started it.
///
/// Its orders come on standard input ([AgentOrders]); without any it ends. Its first word goes to
/// standard output, one line: `ready NAME ADDRESS`, `waiting WHAT` (it goes on trying) or `failed
/// STATUS TEXT`; while that takes its time, before it lines with `note TEXT`, for the user to know,
/// and `awaiting WHAT`. From then on it belongs to nobody: in a session of its own, its log a file.
///
/// It reads no command line, so that no parser of command lines costs the node 200 ms of its start.
public final class StartedAgent {
  private StartedAgent() {}

  public static void main(String[] arguments) throws IOException {
    Agent.warmUp();
    byte[] orders = System.in.readAllBytes();
    if (orders.length > 0) {
      int status = run(orders);
      System.err.flush();
      Runtime.getRuntime().halt(status);
    }
  }

  /// The configuration as it comes out of orders that were made of it.
  public static AgentConfig repeated(AgentConfig config) {
    try {
      var log = new LogOptions(LogOptions.LEVEL, LogOptions.FORMAT);
      return AgentOrders.read(AgentOrders.write(config, log));
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int run(byte[] orders) throws IOException {
    AgentConfig config;
    try {
      config = AgentOrders.read(orders);
      AgentOrders.readLog(orders).apply();
    } catch (MalformedException e) {
      throw new IllegalStateException(e);
    }
    var words = new Words(config);
    Agent agent;
    try {
      System.setErr(
          new PrintStream(
              new FileOutputStream(config.logFile().toFile(), true), true, StandardCharsets.UTF_8));
      agent = Agent.start(config, words, (request, read) -> AgentPage.of(request, read));
    } catch (IOException e) {
      words.failed(Failure.of(e).line(), false);
      return words.status;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "shutdown"));
    agent.await();
    return words.status;
  }

  private static final class Words implements Agent.Progress {
    private final AgentConfig config;
    private boolean said;
    private volatile int status = Failure.DONE;

    Words(AgentConfig config) {
      this.config = config;
    }

    @Override
    public void ready(String name, String address) {
      say("ready " + name + " " + address);
    }

    @Override
    public void waiting(String what) {
      say("waiting " + what);
    }

    @Override
    public void failed(String text, boolean usage) {
      status = usage ? Failure.USAGE : Failure.FAILED;
      say("failed " + status + " " + text);
      System.err.println("adit: " + text);
    }

    @Override
    public synchronized void note(String text) {
      System.err.println("adit: " + text);
      sayMore("note " + text);
    }

    @Override
    public synchronized void awaiting(String what) {
      sayMore("awaiting " + what);
    }

    private void sayMore(String line) {
      if (!said) {
        System.out.println(line);
      }
    }

    /// After the first word nobody reads any more, and a later one must not end us.
    private synchronized void say(String line) {
      if (!said) {
        said = true;
        try {
          Detachment.detach(config.logFile());
        } catch (IOException e) {
          System.err.println("adit: " + e.getMessage());
        }
        System.out.println(line);
        System.out.close();
      }
    }
  }
}
