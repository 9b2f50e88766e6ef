package dev.adit.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.cli.CommandRun;
import dev.adit.net.http.HttpRequest;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.local.LocalLimits;
import dev.adit.net.local.LocalServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands against a coordinator that answers as ours does; that ours does so is tested by the
/// golden files.
class AdminCommandsTest {
  private static final String KEY =
      "\"id\":\"AAECAwQF\",\"network\":\"0190a1b2-0000-7000-8000-000000000001\",\"kind\":\"node\","
          + "\"state\":\"active\",\"uses\":0,\"maxUses\":1,\"createdAt\":1790000000,"
          + "\"expiresAt\":1790086400";
  private static final String TEXT = "https://192.0.2.1/#adit1.AAECAwQF.secret.root";

  @TempDir Path folder;
  private final List<String> requests = new ArrayList<>();
  private HttpResponse answer = HttpResponse.empty(500);
  private LocalServer coordinator;

  @BeforeEach
  void startCoordinator() throws IOException {
    coordinator =
        LocalServer.start(
            folder.resolve("coordinator.sock"),
            LocalServer.OWNER,
            this::handle,
            LocalLimits.coordinator());
  }

  private HttpResponse handle(HttpRequest request) {
    String body = new String(request.body(), StandardCharsets.UTF_8);
    requests.add((request.method() + " " + request.path() + " " + body).strip());
    return answer;
  }

  @AfterEach
  void stopCoordinator() throws IOException {
    coordinator.close();
  }

  @Test
  void createsAKeyWithTheDefaultsOfTheProtocol() throws IOException {
    answer = HttpResponse.json(201, "{" + KEY + ",\"key\":\"" + TEXT + "\"}");
    CommandRun run = run("key", "create", "--out", "-");
    assertThat(run).isEqualTo(new CommandRun(0, TEXT + "\n", ""));
    assertThat(requests)
        .containsExactly("POST /api/v1/keys {\"maxUses\":1,\"expiresSeconds\":86400}");
  }

  @Test
  void printsTheNewKeyAsJson() throws IOException {
    answer = HttpResponse.json(201, "{" + KEY + ",\"key\":\"" + TEXT + "\"}");
    CommandRun run =
        run("key", "create", "--uses", "5", "--expires", "7d", "--out", "-", "-o", "json");
    assertThat(run.out()).contains("\"key\": \"" + TEXT + "\"");
    assertThat(requests)
        .containsExactly("POST /api/v1/keys {\"maxUses\":5,\"expiresSeconds\":604800}");
  }

  @Test
  void writesTheSecretToANewFileOfItsOwner() throws IOException {
    answer = HttpResponse.json(201, "{" + KEY + ",\"key\":\"" + TEXT + "\"}");
    Path file = folder.resolve("join");
    CommandRun run = run("key", "create", "--out", file.toString(), "-o", "json");
    assertThat(run.out()).doesNotContain("secret").contains("\"file\": \"" + file + "\"");
    assertThat(file).hasContent(TEXT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void makesNoKeyThatItCouldNotHandOver() throws IOException {
    assertThat(run("key", "create"))
        .isEqualTo(
            new CommandRun(
                2,
                "",
                "adit: standard output is not a terminal; say where the secret goes: --out FILE or"
                    + " --out -\n"));
    Path there = Files.createFile(folder.resolve("there"));
    assertThat(run("key", "create", "--out", there.toString()))
        .isEqualTo(
            new CommandRun(
                1, "", "adit: " + there + " exists; remove it or choose another name\n"));
    assertThat(run("key", "create", "--out", "-", "--expires", "soon"))
        .isEqualTo(
            new CommandRun(
                2, "", "adit: 'soon' is no duration; write for example 30m, 24h or 7d\n"));
    assertThat(requests).isEmpty();
  }

  @Test
  void listsKeys() throws IOException {
    answer = HttpResponse.json(200, "{\"keys\":[{" + KEY + "}]}");
    assertThat(run("key", "list").out())
        .isEqualTo(
            """
            ID        STATE   USES    CREATED               EXPIRES
            AAECAwQF  active  0 of 1  2026-09-21 14:13:20Z  2026-09-22 14:13:20Z
            """);
  }

  @Test
  void revokesAKey() throws IOException {
    answer = HttpResponse.json(200, "{" + KEY + ",\"revokedAt\":1790000001}");
    assertThat(run("key", "revoke", "AAECAwQF").out()).isEqualTo("revoked AAECAwQF\n");
    assertThat(requests).containsExactly("DELETE /api/v1/keys/AAECAwQF");
  }

  @Test
  void replacesAKeyOfTheCoordinator() throws IOException {
    answer =
        HttpResponse.json(
            200,
            "{\"coordinator\":\"019a0000-0000-7000-8000-000000000001\",\"serial\":1790000000,"
                + "\"issuedAt\":1790000000,\"notAfter\":1790086400,\"root\":\"R\","
                + "\"channelKeys\":[\"C2\",\"C1\"],\"recordKeys\":[\"D\"],"
                + "\"urls\":[\"https://vpn.example.org\"],\"tlsPins\":[]}");
    assertThat(run("coordinator", "identity", "replace", "channel").out())
        .isEqualTo(
            """
            coordinator   019a0000-0000-7000-8000-000000000001
            document      1790000000, signed 2026-09-21 14:13:20Z, ends 2026-09-22 14:13:20Z
            root key      R
            channel keys  C2
                          C1
            record keys   D
            URLs          https://vpn.example.org
            """);
    run("coordinator", "identity", "renew");
    run("coordinator", "identity", "drop-former");
    run("coordinator", "identity", "show");
    assertThat(requests)
        .containsExactly(
            "POST /api/v1/identity/replace {\"key\":\"channel\"}",
            "POST /api/v1/identity/renew {}",
            "POST /api/v1/identity/drop-former {}",
            "GET /api/v1/identity");
  }

  @Test
  void listsNodes() throws IOException {
    answer = HttpResponse.json(200, "{\"nodes\":[" + node() + "]}");
    assertThat(run("node", "list").out())
        .isEqualTo(
            """
            NAME     ADDRESSES             ONLINE  LAST SEEN             ID
            printer  10.77.0.9, fd00::1:9  yes     2026-09-21 14:13:20Z  0190a1b2-0000-7000-8000-000000000009
            """);
    assertThat(run("node", "list", "--keys").out())
        .isEqualTo("CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=  # printer\n");
  }

  @Test
  void showsAndRemovesANode() throws IOException {
    answer = HttpResponse.json(200, node());
    assertThat(run("node", "show", "printer").out()).startsWith("NAME           printer\n");
    answer = HttpResponse.empty(204);
    assertThat(run("node", "remove", "my printer/9").out()).isEqualTo("removed my printer/9\n");
    assertThat(requests)
        .containsExactly("GET /api/v1/nodes/printer", "DELETE /api/v1/nodes/my printer/9");
  }

  @Test
  void repeatsTheCoordinatorsRefusal() throws IOException {
    answer =
        HttpResponse.json(404, "{\"error\":{\"code\":\"not_found\",\"text\":\"no node x here\"}}");
    assertThat(run("node", "show", "x")).isEqualTo(new CommandRun(1, "", "adit: no node x here\n"));
  }

  @Test
  void saysWhatToDoWhereNoCoordinatorRuns() {
    Path nowhere = folder.resolve("nowhere");
    assertThat(CommandRun.of("key", "list", "--run-dir", nowhere.toString()))
        .isEqualTo(
            new CommandRun(
                1,
                "",
                "adit: no coordinator runs here ("
                    + nowhere.resolve("coordinator.sock")
                    + "); start one: adit serve\n"));
  }

  private CommandRun run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--run-dir", folder.toString()));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private static String node() {
    return "{\"id\":\"0190a1b2-0000-7000-8000-000000000009\","
        + "\"network\":\"0190a1b2-0000-7000-8000-000000000001\",\"name\":\"printer\","
        + "\"addresses\":[\"10.77.0.9\",\"fd00::1:9\"],"
        + "\"nodeKey\":\"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\",\"online\":true,"
        + "\"relay\":null,\"joinedAt\":1790000000,\"lastSeen\":1790000000}";
  }
}
