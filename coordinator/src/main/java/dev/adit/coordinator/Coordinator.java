package dev.adit.coordinator;

import dev.adit.coordinator.api.AdminTokens;
import dev.adit.coordinator.api.Api;
import dev.adit.coordinator.api.IdentityResource;
import dev.adit.coordinator.api.KeyResource;
import dev.adit.coordinator.api.NodeResource;
import dev.adit.coordinator.api.Route;
import dev.adit.coordinator.api.SiteResource;
import dev.adit.coordinator.identity.IdentityFiles;
import dev.adit.coordinator.store.Committed;
import dev.adit.coordinator.store.Database;
import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.RelayTransactions;
import dev.adit.coordinator.store.Resigning;
import dev.adit.coordinator.store.Transactions;
import dev.adit.coordinator.store.VerifyTransactions;
import dev.adit.coordinator.store.Writer;
import dev.adit.coordinator.stream.AgentStreams;
import dev.adit.coordinator.stream.Hub;
import dev.adit.coordinator.stream.HubSizes;
import dev.adit.coordinator.stream.StartState;
import dev.adit.coordinator.stream.StreamGate;
import dev.adit.coordinator.verify.VerifyDoor;
import dev.adit.coordinator.verify.VerifyUrlResource;
import dev.adit.core.admission.Admission;
import dev.adit.core.coordinator.Records;
import dev.adit.core.coordinator.Refusal;
import dev.adit.core.coordinator.VerifyUrlRow;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.net.frontdoor.MessageConnection;
import dev.adit.net.frontdoor.UpgradeGate;
import dev.adit.net.http.HttpHandler;
import dev.adit.net.http.HttpResponse;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Readings;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.RelayDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The coordinator: open it, hand its five doors to a front door and a local socket, close it.
///
///     GET /adit/identity   → identity()       open to all
///     GET /adit/stream     → agentStream()    WebSocket, subprotocol adit-control-v1
///     /api/v1              → api()            admin token; none on the local socket
///     /derp/verify         → verify()         the secret in the path
///     relays               → admission()      whom to serve
///
/// Thread-safe.
public final class Coordinator implements AutoCloseable {
  public static final String IDENTITY_PATH = "/adit/identity";
  public static final String STREAM_PATH = AgentStreams.PATH;
  public static final String SUBPROTOCOL = AgentStreams.SUBPROTOCOL;
  public static final String API_PREFIX = Api.PREFIX;
  public static final String VERIFY_PATH = VerifyDoor.PATH;

  /// The longest body on [#VERIFY_PATH].
  public static final int VERIFY_BYTES = VerifyDoor.MOST_BYTES;

  private static final long DRAIN_GRACE_MILLIS = 500;

  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  private final CoordinatorConfig config;
  private final Clock clock;
  private final RandomGenerator random;
  private final IdentityFiles identity;
  private final SecretFiles secrets;
  private final Records records;
  private final Writer writer;
  private final Hub hub;
  private final NetworkAdmission admission;
  private final AgentStreams streams;
  private final StreamGate gate;
  private final AdminTokens tokens;
  private final Api api;
  private final VerifyDoor verify;
  private final UUID network;
  private final Housekeeping housekeeping;
  private volatile List<RelayDescription> relays;

  /// Opens the state folder, or makes everything in it: keys, identity, database, the default
  /// network, the first join key, the admin token.
  ///
  /// @param random thread-safe and cryptographically secure outside of tests
  /// @throws IOException saying what cannot be read or written, and what to do
  public static Coordinator open(CoordinatorConfig config, Clock clock, RandomGenerator random)
      throws IOException {
    StateFiles.createFolder(config.state());
    try {
      return new Coordinator(config, clock, random);
    } catch (SQLException e) {
      throw new IOException(config.state().resolve("coordinator.db") + ": " + e.getMessage(), e);
    }
  }

  private Coordinator(CoordinatorConfig config, Clock clock, RandomGenerator random)
      throws IOException, SQLException {
    this.config = config;
    this.clock = clock;
    this.random = random;
    long now = clock.wall().toEpochMilli();
    identity =
        IdentityFiles.open(
            config.state().resolve("identity"), config.urls(), config.tlsPins(), now, random);
    var root = identity.identity().root();
    secrets = new SecretFiles(config.state(), config.urls().getFirst(), root);
    records = new Records(identity::recordKeys);
    var transactions = new Transactions(records, random);
    var database = Database.open(config.state().resolve("coordinator.db"));
    StartState start;
    List<VerifyUrlRow> verifyUrls;
    try {
      network = new FirstStart(secrets, config, random, now).run(database, transactions);
      database.transact(sql -> RelayTransactions.put(sql, config.relays(), records, now, random));
      database.transact(sql -> Resigning.run(sql, records, now / 1000));
      start = database.transact(sql -> StartState.read(sql, now / 1000));
      verifyUrls = database.transact(VerifyTransactions::all);
      tokens = new AdminTokens(database.transact(sql -> Reads.adminTokens(sql)));
    } catch (IOException | SQLException | RuntimeException e) {
      database.close();
      throw e;
    }
    relays = config.relays();
    writer = new Writer(database);
    admission = new NetworkAdmission();
    hub =
        new Hub(
            writer,
            transactions,
            records,
            admission,
            identity::document,
            identity::everyRecordKey,
            config.build(),
            clock,
            start);
    streams =
        new AgentStreams(
            identity.identity().coordinator(), identity::channelKeys, hub, clock, random);
    gate = new StreamGate(clock);
    var routes = new ArrayList<Route>();
    routes.addAll(
        new KeyResource(writer, transactions, network, secrets::text, this::tidy, clock).routes());
    routes.addAll(new NodeResource(hub).routes());
    routes.addAll(new SiteResource(writer, transactions, hub, config.inUse(), clock).routes());
    routes.addAll(new IdentityResource(identity, this::identityChanged, clock, random).routes());
    verify = new VerifyDoor(admission, verifyUrls, clock);
    var url = config.urls().getFirst();
    routes.addAll(new VerifyUrlResource(writer, verify, url, network, clock, random).routes());
    api = new Api(tokens, routes);
    housekeeping = new Housekeeping(this::keepHouse);
    tidy();
  }

  /// What time makes necessary.
  void keepHouse() throws IOException {
    if (identity.refresh(config.urls(), config.tlsPins(), clock.wall().getEpochSecond())) {
      identityChanged().join();
    }
    relays(relays).join();
    forget();
    tidy();
  }

  /// There is another identity document, perhaps with other keys: records are signed anew, agents
  /// come back for the document.
  private CompletableFuture<Void> identityChanged() {
    var told = new CompletableFuture<Void>();
    long now = clock.wall().getEpochSecond();
    writer.submit(sql -> Resigning.run(sql, records, now), told(told));
    hub.identityChanged(random);
    return told;
  }

  /// `GET /adit/identity`, without authentication (control R-ID-1).
  public HttpHandler identity() {
    return request ->
        request.method().equals("GET")
            ? HttpResponse.json(200, identity.document().json())
            : HttpResponse.text(405, "only GET");
  }

  /// Takes WebSockets on [#STREAM_PATH] with [#SUBPROTOCOL].
  public MessageConnection.Acceptor agentStream() {
    return streams;
  }

  /// What WebSockets on [#STREAM_PATH] have to pass.
  public UpgradeGate gate() {
    return gate;
  }

  /// Takes no new streams, asks the agents to leave and waits until they have, 60 s at most. To be
  /// called while the front door is still open.
  public void drain() {
    gate.close(1); // nobody comes in behind those who are asked to leave
    Hub.Leaving leaving = hub.drain(random);
    gate.close((int) (leaving.millis() / 1000) + 1);
    try {
      leaving.done().get(leaving.millis() + DRAIN_GRACE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LogLine.info(LOG, "agents_stayed").log("not every agent has left when it was asked to");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Everything below [#API_PREFIX]; the same handler for front door and local socket.
  public HttpHandler api() {
    return api;
  }

  /// `POST` below [#VERIFY_PATH]: relays of others ask about clients.
  public HttpHandler verify() {
    return verify;
  }

  /// Adds what the coordinator counts; waits for the hub's thread.
  public void read(Readings into) {
    HubSizes.read(hub, clock, into);
    gate.read(into);
    writer.read(into);
    verify.read(into);
  }

  /// Whom relays of this process admit; kept in step with the database.
  public Admission admission() {
    return admission;
  }

  /// The whole set of relays is now this; nodes are told of what changed. The key says which relay
  /// it is, so that its id outlives restarts.
  ///
  /// @return done when the nodes on line were told; exceptionally if the database refused
  public CompletableFuture<Void> relays(List<RelayDescription> wanted) {
    relays = List.copyOf(wanted);
    long now = clock.wall().toEpochMilli();
    var told = new CompletableFuture<Void>();
    writer.submit(sql -> RelayTransactions.put(sql, wanted, records, now, random), told(told));
    return told;
  }

  private Consumer<Writer.Result<List<Committed>>> told(CompletableFuture<Void> told) {
    return result -> {
      switch (result) {
        case Writer.Result.Failed(Refusal refusal) ->
            told.completeExceptionally(new IOException(refusal.text()));
        case Writer.Result.Done(List<Committed> changes) -> tell(changes, told);
      }
    };
  }

  private void tell(List<Committed> changes, CompletableFuture<Void> told) {
    var _ =
        hub.committed(changes)
            .whenComplete((_, problem) -> {
              if (problem == null) {
                told.complete(null);
              } else {
                told.completeExceptionally(problem);
              }
            });
  }

  /// The join key of the first start, for whoever prints it; null once nobody can join with it.
  public @Nullable JoinKey firstJoinKey() throws IOException {
    return secrets.joinKey();
  }

  /// Where [#firstJoinKey] lies, mode 0600.
  public Path joinKeyFile() {
    return secrets.joinKeyFile();
  }

  /// Where the admin token lies, mode 0600.
  public Path adminTokenFile() {
    return secrets.adminTokenFile();
  }

  /// Revokes an admin token; false if there is no such token.
  public boolean revokeAdminToken(String id) {
    tokens.revoked(id);
    var done = new CompletableFuture<Boolean>();
    long now = clock.wall().getEpochSecond();
    writer.submit(
        sql -> Reads.revokeAdminToken(sql, id, now),
        result -> done.complete(result instanceof Writer.Result.Done<Boolean>(Boolean b) && b));
    return done.join();
  }

  /// Removes the file of the first join key when nobody can join with it any more.
  private void tidy() {
    JoinKey key;
    try {
      key = secrets.joinKey();
    } catch (IOException e) {
      LogLine.warn(LOG, "join_key_unreadable")
          .addKeyValue("reason", e.getMessage())
          .log("cannot read the file of the first join key");
      return;
    }
    if (key == null) {
      return;
    }
    String id = key.id();
    long now = clock.wall().getEpochSecond();
    writer.submit(
        sql -> {
          var row = Reads.joinKey(sql, id);
          return row == null || row.ended(now) != null;
        },
        result -> {
          if (result instanceof Writer.Result.Done<Boolean>(Boolean ended) && ended) {
            secrets.removeJoinKey();
          }
        });
  }

  private void forget() {
    long now = clock.wall().getEpochSecond();
    writer.submit(
        sql -> {
          for (var each : Reads.networks(sql)) {
            Reads.forget(
                sql,
                each.id(),
                now - StartState.CHANGES_SECONDS,
                now - StartState.TOMBSTONE_SECONDS);
          }
          return true;
        },
        result -> {});
  }

  @Override
  public void close() throws IOException {
    housekeeping.close();
    hub.close();
    try {
      writer.close();
    } catch (SQLException e) {
      throw new IOException("database: " + e.getMessage(), e);
    }
  }
}
