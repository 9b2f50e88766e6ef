package dev.adit.relay.admission;

import dev.adit.core.admission.Applicant;
import dev.adit.net.local.LocalClient;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;

/// `tailscaled` on this machine, which knows the keys of its own network (derp §8.2). Fails closed:
/// only a key that it knows is admitted.
public final class LocalDaemon implements Verifier {
  public static final Path DEFAULT_SOCKET = Path.of("/var/run/tailscale/tailscaled.sock");

  /// Its name for itself; it answers no other.
  private static final String HOST = "local-tailscaled.sock";

  private static final String TOO_OLD = "invalid 'addr' parameter";

  private final Path socket;

  public LocalDaemon(Path socket) {
    this.socket = socket;
  }

  @Override
  public String name() {
    return "daemon";
  }

  @Override
  public VerifyOutcome ask(Applicant applicant, Duration limit) {
    String target = "/localapi/v0/whois?addr=nodekey%3A" + applicant.key().toHex();
    try {
      var answer = LocalClient.request(socket, HOST, "GET", target, new byte[0], limit);
      return switch (answer.status()) {
        case 200 -> VerifyOutcome.ADMITTED;
        case 404 -> VerifyOutcome.REFUSED;
        case 400 ->
            answer.text().contains(TOO_OLD) ? VerifyOutcome.TOO_OLD : VerifyOutcome.BAD_ANSWER;
        default -> VerifyOutcome.BAD_ANSWER;
      };
    } catch (SocketTimeoutException e) {
      return VerifyOutcome.TIMEOUT;
    } catch (IOException e) {
      return VerifyOutcome.UNREACHABLE;
    }
  }

  @Override
  public VerifyOutcome late() {
    return VerifyOutcome.TIMEOUT;
  }
}
