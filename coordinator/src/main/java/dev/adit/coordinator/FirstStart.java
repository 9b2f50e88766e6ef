package dev.adit.coordinator;

import dev.adit.coordinator.store.Database;
import dev.adit.coordinator.store.Reads;
import dev.adit.coordinator.store.Sql;
import dev.adit.coordinator.store.Transactions;
import dev.adit.core.coordinator.AddressPlan;
import dev.adit.core.coordinator.JoinKeyRow;
import dev.adit.core.coordinator.JoinKeys;
import dev.adit.net.log.LogLine;
import dev.adit.wire.control.UuidV7;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes what an empty database lacks: the default network with a reusable join key, and an admin
/// token. Each secret's file is written before its row is committed: a crash between leaves a file
/// that the next start replaces, never a row whose secret nobody has.
final class FirstStart {
  private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);
  private static final String NETWORK_NAME = "default";

  private final SecretFiles secrets;
  private final CoordinatorConfig config;
  private final RandomGenerator random;
  private final long nowMillis;

  FirstStart(
      SecretFiles secrets, CoordinatorConfig config, RandomGenerator random, long nowMillis) {
    this.secrets = secrets;
    this.config = config;
    this.random = random;
    this.nowMillis = nowMillis;
  }

  /// @return the one network of this release
  UUID run(Database database, Transactions transactions) throws IOException, SQLException {
    try {
      secrets.refreshAdminToken();
      return database.transact(sql -> {
        if (!Reads.hasAdminToken(sql)) {
          makeAdminToken(sql);
        }
        var networks = Reads.networks(sql);
        return networks.isEmpty() ? makeNetwork(sql, transactions) : networks.getFirst().id();
      });
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void makeAdminToken(Sql sql) throws SQLException {
    try {
      var token = secrets.makeAdminToken(random);
      Reads.createAdminToken(sql, token.id(), SecretFiles.hash(token), nowMillis / 1000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private UUID makeNetwork(Sql sql, Transactions transactions) throws SQLException {
    UUID id = UuidV7.of(nowMillis, random);
    var plan = AddressPlan.random(random, config.inUse());
    Reads.createNetwork(sql, id, NETWORK_NAME, plan, nowMillis / 1000);
    var wish =
        new JoinKeys.Wish(
            id, JoinKeyRow.Kind.NODE, JoinKeys.REUSABLE_USES, JoinKeys.DEFAULT_SECONDS);
    if (transactions.createKey(sql, wish, nowMillis / 1000)
        instanceof JoinKeys.Outcome.Created key) {
      try {
        secrets.writeJoinKey(key);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    LogLine.info(LOG, "network_made")
        .addKeyValue("network", id)
        .addKeyValue("name", NETWORK_NAME)
        .log("made the first network");
    LOG.debug("its ranges are {} and {}", plan.v4(), plan.v6());
    return id;
  }
}
