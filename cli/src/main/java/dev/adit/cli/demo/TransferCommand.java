package dev.adit.cli.demo;

import dev.adit.cli.Failure;
import dev.adit.crypto.Hash;
import dev.adit.net.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// One end of a [Transfer]; talks in lines on standard input and output.
///
/// The sender prints `ready`, waits for a line, sends, and prints `sent SHA256 NANOS`. The receiver
/// prints `ready` once it listens, and `received SHA256`. Hashes are taken outside the measured
/// time.
@Command(
    name = TransferCommand.NAME,
    hidden = true,
    description = "One end of a measured transfer.")
public final class TransferCommand implements Callable<Integer> {
  /// The verb.
  public static final String NAME = "lab-transfer";

  private static final int CONNECT_MILLIS = 10_000;
  private static final int SILENCE_MILLIS = 60_000;

  @Spec CommandSpec spec;

  @Parameters(index = "0", paramLabel = "send|receive")
  String end = "";

  @Parameters(index = "1", paramLabel = "ADDRESS")
  String address = "";

  @Parameters(index = "2", paramLabel = "PORT")
  int port;

  @Parameters(index = "3", paramLabel = "BYTES")
  int bytes;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    InetSocketAddress at = new InetSocketAddress(InetAddress.getByName(address), port);
    switch (end) {
      case "send" -> send(at, out);
      case "receive" -> receive(at, out);
      default -> throw Failure.usage("'" + end + "' is neither send nor receive");
    }
    return Failure.DONE;
  }

  private void send(InetSocketAddress to, PrintWriter out) throws IOException {
    byte[] data;
    // Java's own generators take three seconds for this.
    try (InputStream random = Files.newInputStream(Path.of("/dev/urandom"))) {
      data = random.readNBytes(bytes);
    }
    String hash = hash(data);
    say(out, "ready");
    if (System.in.read() < 0) {
      return;
    }
    long started = Clock.SYSTEM.nanos();
    try (Socket socket = new Socket()) {
      socket.connect(to, CONNECT_MILLIS);
      socket.setSoTimeout(SILENCE_MILLIS);
      socket.getOutputStream().write(data);
      socket.shutdownOutput();
      if (socket.getInputStream().read() != 1) {
        throw new IOException("the receiver did not confirm");
      }
    }
    say(out, "sent " + hash + " " + (Clock.SYSTEM.nanos() - started));
  }

  private void receive(InetSocketAddress at, PrintWriter out) throws IOException {
    try (ServerSocket server = new ServerSocket()) {
      server.bind(at);
      say(out, "ready");
      byte[] data;
      try (Socket socket = server.accept()) {
        socket.setSoTimeout(SILENCE_MILLIS);
        data = socket.getInputStream().readNBytes(bytes);
        socket.getOutputStream().write(1);
      }
      say(out, "received " + hash(data));
    }
  }

  private static String hash(byte[] data) {
    return HexFormat.of().formatHex(Hash.sha256(data));
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
