package dev.adit.cli.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnNamespacesTest {
  private static final String SAID = "trying\nunshare: unshare failed: Operation not permitted\n";

  @TempDir Path settings;

  @Test
  void namesTheSettingThatForbidsAndTheOneThatAllows() throws IOException {
    set("user/max_user_namespaces", "0");
    assertThat(why())
        .isEqualTo(
            "user.max_user_namespaces is 0; run it with sudo, or allow it to everybody: sudo sysctl"
                + " -w user.max_user_namespaces=10000");
    set("kernel/unprivileged_userns_clone", "0");
    assertThat(why()).endsWith(" sudo sysctl -w kernel.unprivileged_userns_clone=1");
  }

  @Test
  void knowsTheRestrictionByProfiles() throws IOException {
    set("kernel/unprivileged_userns_clone", "1");
    set("kernel/apparmor_restrict_unprivileged_userns", "1");
    assertThat(why()).endsWith(" sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
  }

  @Test
  void otherwiseRepeatsTheLastLineOfWhoWasRefused() throws IOException {
    set("kernel/unprivileged_userns_clone", "1");
    set("kernel/apparmor_restrict_unprivileged_userns", "0");
    set("user/max_user_namespaces", "96365");
    assertThat(why())
        .isEqualTo("unshare: unshare failed: Operation not permitted; run it with sudo");
    assertThat(OwnNamespaces.forbidding(settings, "mount: /proc: permission denied.\n"))
        .isEqualTo("mount: /proc: permission denied; run it with sudo");
  }

  private String why() throws IOException {
    return OwnNamespaces.forbidding(settings, SAID);
  }

  private void set(String name, String value) throws IOException {
    Path file = settings.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, value + "\n");
  }
}
