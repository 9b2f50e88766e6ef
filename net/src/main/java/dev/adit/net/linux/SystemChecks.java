package dev.adit.net.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether this machine lets us do our work. Every answer is a sentence that says what to do.
public final class SystemChecks {
  private static final int CAP_NET_ADMIN = 12;
  private static final Path TUN = Path.of("/dev/net/tun");

  private SystemChecks() {}

  /// Everything that keeps an agent from making its interface; empty if nothing does.
  ///
  /// @param wireGuardGo the program to use, or null for any that is found
  public static List<String> problems(@Nullable Path wireGuardGo) {
    var problems = new ArrayList<String>();
    for (String problem : new @Nullable String[] {tun(), program(wireGuardGo)}) {
      if (problem != null) {
        problems.add(problem);
      }
    }
    if (!problems.isEmpty() && wireGuardGo == null && kernelHasWireGuard()) {
      problems.clear(); // both are wireguard-go's
    }
    String privilege = privilege();
    if (privilege != null) {
      problems.addFirst(privilege);
    }
    return problems;
  }

  /// Whether the kernel has a WireGuard of its own; it is loaded if it can be.
  public static boolean kernelHasWireGuard() {
    try (var _ = WireGuardNetlink.open("")) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Null if we may configure the network.
  public static @Nullable String privilege() {
    return hasCapability(CAP_NET_ADMIN)
        ? null
        : "not allowed to configure the network; run as root or grant CAP_NET_ADMIN";
  }

  /// Null if TUN devices can be made.
  public static @Nullable String tun() {
    try (var _ = FileChannel.open(TUN, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return null;
    } catch (NoSuchFileException e) {
      return "/dev/net/tun is missing; load it: modprobe tun (in a container: pass the device in)";
    } catch (IOException e) {
      return "cannot open /dev/net/tun ("
          + e.getMessage()
          + "); run as root, or load it: modprobe tun";
    }
  }

  /// Null if there is a wireguard-go.
  ///
  /// @param wireGuardGo the one to use, or null for any that is found
  public static @Nullable String program(@Nullable Path wireGuardGo) {
    if (wireGuardGo != null) {
      return Files.isExecutable(wireGuardGo)
          ? null
          : wireGuardGo + " is no program; name a wireguard-go, or none to use the newest found";
    }
    return WireGuardGo.candidates(String.valueOf(System.getenv("PATH"))).isEmpty()
        ? "wireguard-go is missing; install it (Debian: apt-get install wireguard-go), or the"
            + " current one: go install golang.zx2c4.com/wireguard@latest"
        : null;
  }

  /// By the effective set in `/proc/self/status`.
  public static boolean hasCapability(int number) {
    try {
      byte[] status = Files.readAllBytes(Path.of("/proc/self/status"));
      return hasCapability(new String(status, StandardCharsets.US_ASCII), number);
    } catch (IOException e) {
      return false;
    }
  }

  static boolean hasCapability(String status, int number) {
    int at = status.indexOf("\nCapEff:");
    if (at < 0) {
      return false;
    }
    int end = status.indexOf('\n', at + 1);
    String hex = status.substring(at + 8, end < 0 ? status.length() : end).strip();
    return (Long.parseUnsignedLong(hex, 16) >> number & 1) != 0;
  }
}
