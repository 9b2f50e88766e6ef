package dev.adit.cli.demo;

import dev.adit.cli.lab.Lab;
import dev.adit.cli.launch.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Moves random bytes from the left host to the right one over TCP, through the tunnel.
///
/// Both ends are this program's hidden verb `lab-transfer`. They are started early and wait, so
/// that the start of a Java machine is no part of what is measured.
final class Transfer implements AutoCloseable {
  static final int BYTES = 50_000_000;
  private static final int PORT = 5001;

  private final Process sender;
  private final Process receiver;
  private final BufferedReader fromSender;
  private final BufferedReader fromReceiver;

  /// @param to the right host's address inside the tunnel
  Transfer(Lab lab, String to) throws IOException {
    Path log = lab.folder().resolve("transfer.log");
    receiver = lab.converse("r", log, command("receive", to));
    fromReceiver = receiver.inputReader(StandardCharsets.UTF_8);
    try {
      sender = lab.converse("l", log, command("send", to));
    } catch (IOException e) {
      receiver.destroy();
      throw e;
    }
    fromSender = sender.inputReader(StandardCharsets.UTF_8);
  }

  private static List<String> command(String end, String address) {
    List<String> arguments = new ArrayList<>(List.of(TransferCommand.NAME, end));
    arguments.addAll(List.of(address, Integer.toString(PORT), Integer.toString(BYTES)));
    // Hashing 50 MB is worth the better compiler.
    return JavaCommand.of(JavaCommand.Kind.SERVER, "dev.adit.cli.Adit", arguments);
  }

  /// @param nanos from connecting to the receiver's word that all has arrived
  record Result(long nanos, String sha256) {}

  /// Waits until both ends are ready.
  void prepare() throws IOException {
    expect(fromReceiver, "ready");
    expect(fromSender, "ready");
  }

  /// Sends, and compares the hashes of both ends.
  Result run() throws IOException {
    try (Writer toSender = sender.outputWriter(StandardCharsets.UTF_8)) {
      toSender.write("go\n");
    }
    String[] sent = expect(fromSender, "sent");
    String[] received = expect(fromReceiver, "received");
    if (!sent[1].equals(received[1])) {
      throw new IOException(
          "the bytes changed on the way: sent " + sent[1] + ", got " + received[1]);
    }
    return new Result(Long.parseLong(sent[2]), sent[1]);
  }

  private static String[] expect(BufferedReader lines, String word) throws IOException {
    String line = lines.readLine();
    if (line == null || !line.startsWith(word)) {
      throw new IOException(
          "transfer: expected '" + word + "', got " + line + "; see transfer.log");
    }
    return line.split(" ");
  }

  @Override
  public void close() {
    sender.destroy();
    receiver.destroy();
  }
}
