package dev.adit.coordinator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.coordinator.api.Api;
import dev.adit.coordinator.api.Route;
import dev.adit.wire.Json;
import dev.adit.wire.Text;
import dev.adit.wire.control.AdminToken;
import dev.adit.wire.control.ControlMessage.Failure;
import dev.adit.wire.control.ControlMessage.NetworkMap;
import dev.adit.wire.control.ControlMessage.Welcome;
import dev.adit.wire.control.JoinKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiTest {
  @TempDir Path state;
  private TestCoordinator site;

  @BeforeEach
  void open() throws Exception {
    site = new TestCoordinator(state);
  }

  @AfterEach
  void close() throws Exception {
    site.close();
  }

  @Test
  void theServedDocumentHasExactlyTheOperationsThatAreRouted() throws Exception {
    var document = site.json("GET", "/api/v1/openapi.json", "");
    assertThat(document.string("openapi")).startsWith("3.1");
    var described = new ArrayList<String>();
    var paths = document.object("paths");
    for (String path : paths.names()) {
      for (String method : paths.object(path).names()) {
        described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path);
        assertThat(paths.object(path).object(method).object("responses").names()).contains("401");
      }
    }
    assertThat(operations()).containsExactlyInAnyOrderElementsOf(described);
  }

  /// C-32.
  @Test
  void everyOperationNeedsAGoodTokenOverTcp() throws Exception {
    AdminToken token = site.adminToken();
    String good = "Bearer " + token.id() + "." + Text.b64(token.secret());
    String wrong = "Bearer " + token.id() + "." + Text.b64(new byte[24]);
    String foreign = "Bearer AAAAAAAA." + Text.b64(token.secret());
    for (Route route : routes()) {
      String path = Api.PREFIX + route.path().replaceAll("\\{.*}", "none");
      for (String bad : new String[] {null, "", "Basic x", "Bearer", wrong, foreign, "Bearer ."}) {
        var answer = site.callRemotely(route.method(), path, bad);
        assertThat(answer.status()).as("%s %s", route.method(), path).isEqualTo(401);
        assertThat(answer.headers()).containsEntry("WWW-Authenticate", "Bearer");
      }
      assertThat(site.callRemotely(route.method(), path, good).status()).isNotEqualTo(401);
    }
    assertThat(site.coordinator.revokeAdminToken(token.id())).isTrue();
    for (Route route : routes()) {
      String path = Api.PREFIX + route.path();
      assertThat(site.callRemotely(route.method(), path, good).status()).isEqualTo(401);
    }
    close();
    open();
    assertThat(site.callRemotely("GET", "/api/v1/nodes", good).status()).isEqualTo(401);
  }

  @Test
  void whatDoesNotExistIsAlso401WithoutToken() {
    assertThat(site.callRemotely("GET", "/api/v1/secret", null).status()).isEqualTo(401);
    assertThat(site.call("GET", "/api/v1/secret", "").status()).isEqualTo(404);
    assertThat(site.call("GET", "/api/v1", "").status()).isEqualTo(404);
    assertThat(site.call("GET", "/api/v1/keys/a/b", "").status()).isEqualTo(404);
  }

  @Test
  void aWrongMethodIsToldTheRightOnes() {
    var answer = site.call("PUT", "/api/v1/keys", "");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.headers()).containsEntry("Allow", "GET, POST");
  }

  @Test
  void aKeyIsShownWholeOnceAndJoins() throws Exception {
    var answer = site.call("POST", "/api/v1/keys", "{\"maxUses\":2,\"expiresSeconds\":60}");
    assertThat(answer.status()).isEqualTo(201);
    var made = Json.parseObject(answer.body());
    JoinKey key = JoinKey.parse(made.string("key"));
    assertThat(key.url()).isEqualTo(TestCoordinator.URL);
    assertThat(key.root()).isEqualTo(TestCoordinator.identity(site.coordinator).root());
    assertThat(made.integer("expiresAt") - made.integer("createdAt")).isEqualTo(60);

    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.join(key, "laptop");
    agent.await(NetworkMap.class);

    var keys = site.json("GET", "/api/v1/keys", "").objects("keys", 10);
    boolean isLast = keys.getLast().string("id").equals(key.id());
    var listed = isLast ? keys.getLast() : keys.getFirst(); // both are of this second
    assertThat(listed.string("id")).isEqualTo(key.id());
    assertThat(listed.integer("uses")).isEqualTo(1);
    assertThat(listed.string("state")).isEqualTo("active");
    assertThat(new String(site.call("GET", "/api/v1/keys", "").body(), StandardCharsets.UTF_8))
        .doesNotContain(Text.b64(key.secret()));
  }

  @Test
  void keysHaveDefaultsAndLimits() throws Exception {
    var made = site.json("POST", "/api/v1/keys", "");
    assertThat(made.integer("maxUses")).isEqualTo(1);
    assertThat(made.integer("expiresAt") - made.integer("createdAt")).isEqualTo(86_400);
    for (String bad :
        List.of(
            "{\"maxUses\":0}",
            "{\"maxUses\":10001}",
            "{\"expiresSeconds\":31622401}",
            "{\"maxUses\":\"2\"}",
            "[]",
            "{")) {
      var answer = site.call("POST", "/api/v1/keys", bad);
      assertThat(answer.status()).as(bad).isEqualTo(400);
      assertThat(Json.parseObject(answer.body()).object("error").string("code"))
          .isEqualTo("invalid");
    }
  }

  @Test
  void aRevokedKeyJoinsNobodyAndItsFileGoes() throws Exception {
    JoinKey key = site.joinKey();
    var answer = site.call("DELETE", "/api/v1/keys/" + key.id(), "");
    assertThat(Json.parseObject(answer.body()).string("state")).isEqualTo("revoked");

    var agent = TestAgent.connect(site.coordinator);
    agent.next(Welcome.class);
    agent.join(key, "laptop");
    var refused = agent.next(Failure.class);
    assertThat(refused.code()).isEqualTo("join_key_revoked");
    assertThat(refused.text())
        .isEqualTo("join key " + key.id() + " was revoked; make a new one: adit key create");
    assertThat(site.coordinator.firstJoinKey()).isNull();
    assertThat(site.call("DELETE", "/api/v1/keys/AAAAAAAA", "").status()).isEqualTo(404);
  }

  @Test
  void nodesAreListedShownAndRemovedByNameOrId() throws Exception {
    site.joined("Printer");
    var laptop = site.joined("laptop");

    var nodes = site.json("GET", "/api/v1/nodes", "").objects("nodes", 10);
    assertThat(nodes).hasSize(2);
    assertThat(nodes.getFirst().string("name")).isEqualTo("printer");
    assertThat(nodes.getFirst().strings("addresses", 8)).hasSize(2);
    var shown = site.json("GET", "/api/v1/nodes/laptop", "");
    assertThat(shown.string("nodeKey")).isEqualTo(laptop.nodeKey.publicKey().toBase64());
    assertThat(shown.bool("online")).isTrue();
    assertThat(shown.optionalString("relay")).isNull();
    assertThat(shown.integer("lastSeen")).isPositive();

    String id = shown.string("id");
    assertThat(site.call("DELETE", "/api/v1/nodes/" + id, "").status()).isEqualTo(204);
    assertThat(site.call("DELETE", "/api/v1/nodes/" + id, "").status()).isEqualTo(404);
    assertThat(site.call("GET", "/api/v1/nodes/laptop", "").status()).isEqualTo(404);
    assertThat(site.json("GET", "/api/v1/nodes", "").objects("nodes", 10)).hasSize(1);
  }

  @Test
  void networksAreListed() throws Exception {
    var network = site.json("GET", "/api/v1/networks", "").objects("networks", 2).getFirst();
    assertThat(network.string("name")).isEqualTo("default");
    assertThat(network.strings("ranges", 2).getFirst()).startsWith("10.").endsWith("/18");
  }

  @Test
  void theTokensFileIsTheOnlyPlaceOfItsSecret() throws Exception {
    var secret = Text.b64(site.adminToken().secret());
    close();
    try (var files = Files.walk(state)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        boolean holds =
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(secret);
        assertThat(holds).as(file.toString()).isEqualTo(file.endsWith("admin.token"));
        assertThat(Files.getPosixFilePermissions(file)).as(file.toString()).hasSize(2);
      }
    }
    open();
  }

  private List<Route> routes() {
    return ((Api) site.coordinator.api()).routes();
  }

  private List<String> operations() {
    return routes().stream().map(route -> route.method() + " " + route.path()).toList();
  }

  @Test
  void theIdentityIsOpenToAllAndOnlyReadable() throws Exception {
    var identity = requireNonNull(TestCoordinator.identity(site.coordinator));
    assertThat(identity.urls()).containsExactly(TestCoordinator.URL);
    var post = TestCoordinator.remote("POST", "/adit/identity", null);
    assertThat(site.coordinator.identity().handle(post).status()).isEqualTo(405);
  }
}
