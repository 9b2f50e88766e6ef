package dev.adit.relay.managed;

import dev.adit.core.admission.Admission;
import dev.adit.core.admission.ManagedAdmission;
import dev.adit.core.control.Reconnect;
import dev.adit.core.control.Reconnect.Target;
import dev.adit.core.control.TrustedCoordinator;
import dev.adit.crypto.CryptoException;
import dev.adit.crypto.PrivateKey;
import dev.adit.crypto.VerifyingKey;
import dev.adit.net.Clock;
import dev.adit.net.files.StateFiles;
import dev.adit.net.log.LogLine;
import dev.adit.net.metrics.Readings;
import dev.adit.relay.Relay;
import dev.adit.wire.MalformedException;
import dev.adit.wire.control.ControlMessage.RelayAdmission;
import dev.adit.wire.control.ControlMessage.RelayReport;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.JoinKey;
import dev.adit.wire.control.RelayDescription;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a relay in step with the coordinator it has joined: open it, hand its [#admission] to the
/// relay, start it. It serves from the set of its last life until it hears from the coordinator,
/// and without one for as long as the grace time allows (relay-rung §7.2).
///
/// One thread holds the stream and all files; another looks each second at what time makes
/// necessary. Both change the admission under its lock.
public final class ManagedRelay implements AutoCloseable, Readings.Source {
  private static final Logger LOG = LoggerFactory.getLogger(ManagedRelay.class);
  private static final long TICK_MILLIS = 1000;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long SECOND = 1_000_000_000L;

  private static final Duration CLOSED_WITHIN = Duration.ofMillis(200);

  private final ManagedFiles files;
  private final ManagedAdmission admission = new ManagedAdmission(new ConcurrentHashMap<>());
  private final PermitAdmission admitted;
  private final Clock clock;
  private final RandomGenerator random;
  private final PrivateKey machine;
  private final Thread stream =
      Thread.ofPlatform().daemon().name("relay-control").unstarted(this::run);
  private final Thread ticker = Thread.ofVirtual().name("relay-admission").unstarted(this::tick);
  private final CompletableFuture<String> outcome = new CompletableFuture<>();

  // Of the stream's thread, once it runs.
  private @Nullable JoinKey key;
  private @Nullable TrustedCoordinator trusted;
  private Target target;
  private boolean joined;
  private @Nullable Purpose purpose;

  // Guarded by the admission's lock.
  private final Contact contact;
  private boolean unsaved;
  private long welcomedAt = NEVER; // until the set has been heard of
  private volatile List<VerifyingKey> recordKeys = List.of();

  private final LoadReport load = new LoadReport(); // of the stream's thread

  private volatile boolean closed;
  private volatile boolean connected;
  private volatile @Nullable RelayStream current;

  /// What the relay is, for its coordinator.
  private record Purpose(PrivateKey serverKey, RelayDescription description, Relay relay) {}

  private ManagedRelay(
      ManagedFiles files,
      PrivateKey machine,
      @Nullable JoinKey key,
      ManagedFiles.@Nullable Known known,
      Target target,
      long graceSeconds,
      Clock clock,
      RandomGenerator random) {
    this.files = files;
    this.machine = machine;
    this.key = key;
    this.trusted = known == null ? null : known.coordinator();
    this.joined = known != null && known.joined();
    this.target = target;
    this.clock = clock;
    this.random = random;
    this.contact = new Contact(graceSeconds, clock.nanos());
    this.admitted = new PermitAdmission(admission, this::apart, clock);
    if (trusted != null) {
      recordKeys = trusted.identity().recordKeys();
    }
  }

  /// Whether a relay with this state folder has joined a coordinator, so that it needs no join key.
  public static boolean hasJoined(Path state) {
    return ManagedFiles.hasJoined(state);
  }

  /// Reads what was kept, and admits whom the last life did.
  ///
  /// @param key null if it has joined before
  /// @param grace how long to serve without contact; zero for without end (RR-41)
  /// @throws IOException naming the file that is damaged
  public static ManagedRelay open(
      Path state, @Nullable JoinKey key, Duration grace, Clock clock, RandomGenerator random)
      throws IOException {
    StateFiles.createFolder(state);
    var files = new ManagedFiles(state);
    var known = files.coordinator();
    if (known != null && key != null && !known.coordinator().hasRoot(key.root())) {
      known = null; // another coordinator: its word counts from now on
      files.forgetAdmission();
    }
    Target target = key != null ? new Target(key.url(), null) : null;
    if (target == null) {
      if (known == null) {
        throw new IOException("this relay has joined no coordinator; run: adit relay --join KEY");
      }
      target = known.target();
    }
    var relay =
        new ManagedRelay(
            files, files.machineKey(random), key, known, target, grace.toSeconds(), clock, random);
    if (known != null) {
      relay.restore();
    }
    return relay;
  }

  private void restore() throws IOException {
    var snapshot = files.admission();
    if (snapshot != null) {
      var _ = admission.apply(snapshot.admission());
      contact.restored(snapshot.contact());
      endGrace(clock.wall().getEpochSecond());
    }
  }

  /// Whom to serve: nobody, until the coordinator has said so in this life or the last.
  public Admission admission() {
    return admitted;
  }

  /// Null unless the coordinator has not been heard for 10 s and there is no stream to it.
  private PermitAdmission.@Nullable Apart apart() {
    synchronized (admission) {
      return contact.isApart(clock.nanos(), clock.wall().getEpochSecond())
          ? new PermitAdmission.Apart(contact.lastHeard(), recordKeys)
          : null;
    }
  }

  /// Begins to speak with the coordinator.
  ///
  /// @param serverKey the relay's DERP key
  /// @param relay which has [#admission], and which nodes are told of
  public void start(PrivateKey serverKey, Relay relay) {
    purpose = new Purpose(serverKey, relay.description(), relay);
    stream.start();
    ticker.start();
  }

  /// What the coordinator said first: an empty text if it has this relay serve its networks, else
  /// why it refuses. Not complete while there is no answer.
  public CompletableFuture<String> outcome() {
    return outcome.copy();
  }

  private void run() {
    var reconnect = new Reconnect(urls(), joined ? target : null, random, clock.nanos());
    while (!closed) {
      try {
        Target next = awaitTry(reconnect);
        if (next == null) {
          return;
        }
        serve(reconnect, next);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LogLine.error(LOG, "relay_stream_failed").setCause(e).log("the stream failed");
      }
    }
  }

  private List<HttpsUrl> urls() {
    var urls = new LinkedHashSet<HttpsUrl>(List.of(target.url()));
    var held = trusted;
    if (held != null) {
      urls.addAll(held.identity().urls());
    }
    return List.copyOf(urls);
  }

  private @Nullable Target awaitTry(Reconnect reconnect) throws InterruptedException {
    while (!closed) {
      long now = clock.nanos();
      reconnect.timeReached(now);
      Target next = reconnect.poll(now);
      if (next != null) {
        return next;
      }
      Thread.sleep(Math.clamp((reconnect.wakeAt() - now) / 1_000_000 + 1, 10, TICK_MILLIS));
    }
    return null;
  }

  private void serve(Reconnect reconnect, Target next) {
    var own = purpose;
    if (own == null) {
      return;
    }
    boolean wasUp = false;
    try (var opened = RelayStream.open(next, machine, new Holder(), clock, random)) {
      current = opened;
      wasUp =
          opened.serve(
              own.serverKey(),
              own.description(),
              () -> reconnect.welcomed(next, next.address(), clock.nanos()));
    } catch (RelayStream.RetryException e) {
      wasUp = e.wasUp();
      reconnect.waitFor(e.nanos(), clock.nanos());
      told(e);
    } catch (IOException | CryptoException | MalformedException e) {
      told(e);
    } finally {
      current = null;
      if (connected) {
        connected = false;
        synchronized (admission) {
          contact.streamLost(clock.nanos());
        }
        wasUp = true;
        LogLine.info(LOG, "relay_coordinator_lost").log("no stream to the coordinator");
      }
    }
    reconnect.urls(urls());
    if (wasUp) {
      reconnect.lost(clock.nanos());
    } else {
      reconnect.failed(next, clock.nanos());
    }
  }

  private void told(Exception why) {
    LOG.debug("the stream to the coordinator ended: {}", why.getMessage());
  }

  /// What the stream asks and tells. Called by the stream's thread.
  final class Holder implements RelayStream.Holder {
    @Override
    public @Nullable TrustedCoordinator trusted() {
      return trusted;
    }

    @Override
    public @Nullable JoinKey joinKey() {
      return key;
    }

    @Override
    public boolean hasJoined() {
      return joined;
    }

    @Override
    public void trusts(TrustedCoordinator coordinator) {
      trusted = coordinator;
      recordKeys = coordinator.identity().recordKeys();
    }

    @Override
    public void joined(boolean now, Target by) {
      joined = now;
      target = by;
      save();
    }

    @Override
    public void welcomed(Target by) {
      connected = true;
      target = by;
      var held = trusted;
      if (held != null) {
        recordKeys = held.identity().recordKeys(); // perhaps it has others now
      }
      synchronized (admission) {
        admission.streamOpened();
        contact.streamOpened();
        welcomedAt = clock.nanos();
      }
      LogLine.info(LOG, "relay_coordinator_connected").log("connected to the coordinator");
      heard();
      save();
    }

    @Override
    public void removed() {
      synchronized (admission) {
        admission.clear();
        unsaved = false;
      }
      try {
        files.forgetAdmission();
      } catch (IOException e) {
        notWritten(e);
      }
    }

    private void save() {
      var held = trusted;
      if (held != null) {
        try {
          files.save(new ManagedFiles.Known(held, target, joined));
        } catch (IOException e) {
          notWritten(e);
        }
      }
    }

    @Override
    public void refused(String text) {
      LogLine.warn(LOG, "relay_refused")
          .addKeyValue("reason", text)
          .log("the coordinator refused this relay");
      outcome.complete(text);
    }

    @Override
    public @Nullable String token() {
      synchronized (admission) {
        return admission.token();
      }
    }

    @Override
    public void heard() {
      synchronized (admission) {
        contact.heard(clock.wall().getEpochSecond());
      }
    }

    @Override
    public RelayReport report() {
      var own = purpose;
      if (own == null) {
        throw new IllegalStateException("a stream before the relay has started");
      }
      return load.of(own.relay, clock.nanos());
    }

    @Override
    public ManagedAdmission.Applied apply(RelayAdmission message) {
      ManagedAdmission.Applied applied;
      synchronized (admission) {
        applied = admission.apply(message);
        unsaved |= applied == ManagedAdmission.Applied.DONE;
        welcomedAt = applied == ManagedAdmission.Applied.DONE ? NEVER : welcomedAt;
      }
      switch (applied) {
        case DONE -> {
          awaitClosed();
          outcome.complete("");
        }
        case TOO_LARGE ->
            LogLine.error(LOG, "admission_too_large")
                .log("the coordinator's set is larger than a relay holds; the old one stays");
        case PART, OTHER_BASE -> {}
      }
      return applied;
    }
  }

  /// What the coordinator is told next is that nobody is connected who may not be (RR-39).
  private void awaitClosed() {
    var own = purpose;
    try {
      if (own != null && !own.relay.awaitRevoked(CLOSED_WITHIN)) {
        LogLine.warn(LOG, "revoked_still_open")
            .log("connections of removed nodes have not ended within 200 ms; nothing passes them");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tick() {
    while (!closed) {
      try {
        Thread.sleep(TICK_MILLIS);
        timeReached(clock.wall().getEpochSecond());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void timeReached(long wall) {
    ManagedFiles.Snapshot snapshot = null;
    synchronized (admission) {
      admission.timeReached(wall);
      if (welcomedAt != NEVER && clock.nanos() - welcomedAt >= SECOND) {
        admission.endPermits(); // it is there and has said nothing of a set
        welcomedAt = NEVER;
      }
      contact.timeReached(wall);
      endGrace(wall);
      RelayAdmission set = admission.snapshot();
      if (set != null && (unsaved || contact.isSavedLongAgo())) {
        snapshot = new ManagedFiles.Snapshot(set, contact.lastHeard());
        contact.saved();
        unsaved = false;
      }
    }
    if (snapshot != null) {
      try {
        files.save(snapshot);
      } catch (IOException e) {
        notWritten(e);
      }
    }
  }

  private void endGrace(long wall) {
    if (contact.isGraceOver(wall) && admission.token() != null) {
      admission.clear();
      LogLine.error(LOG, "admission_grace_over")
          .log("no contact with the coordinator for too long: nobody is served any more");
    }
  }

  private static void notWritten(IOException e) {
    LogLine.warn(LOG, "relay_state_unwritten")
        .addKeyValue("reason", e.getMessage())
        .log("cannot write what this relay would start from");
  }

  @Override
  public void read(Readings into) {
    into.gauge(
        "adit_relay_coordinator_connected",
        "1 while there is a stream to the coordinator.",
        connected ? 1L : 0L);
    int keys;
    int networks;
    synchronized (admission) {
      contact.read(clock.wall().getEpochSecond(), into);
      keys = admission.size();
      networks = admission.networks();
    }
    into.gauge("adit_relay_admission_keys", "Keys that may connect.", keys);
    into.gauge("adit_relay_admission_networks", "Networks that are served.", networks);
    admitted.read(into);
  }

  @Override
  public void close() {
    closed = true;
    stream.interrupt();
    ticker.interrupt();
    RelayStream open = current;
    if (open != null) {
      open.close();
    }
    synchronized (admission) {
      unsaved |= contact.isUnsaved();
    }
    timeReached(clock.wall().getEpochSecond());
  }
}
