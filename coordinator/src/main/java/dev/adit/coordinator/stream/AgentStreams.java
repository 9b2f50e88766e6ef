package dev.adit.coordinator.stream;

import dev.adit.core.control.CoordinatorSession;
import dev.adit.crypto.PrivateKey;
import dev.adit.net.Clock;
import dev.adit.net.frontdoor.MessageConnection;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Takes agents' WebSockets. Thread-safe.
public final class AgentStreams implements MessageConnection.Acceptor {
  public static final String PATH = "/adit/stream";
  public static final String SUBPROTOCOL = "adit-control-v1";

  private final UUID coordinator;
  private final Supplier<List<PrivateKey>> channelKeys;
  private final Hub hub;
  private final Clock clock;
  private final RandomGenerator random;

  /// @param channelKeys as they are now
  /// @param random thread-safe and cryptographically secure
  public AgentStreams(
      UUID coordinator,
      Supplier<List<PrivateKey>> channelKeys,
      Hub hub,
      Clock clock,
      RandomGenerator random) {
    this.coordinator = coordinator;
    this.channelKeys = channelKeys;
    this.hub = hub;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public MessageConnection.Listener accept(MessageConnection connection) {
    var session = new CoordinatorSession(coordinator, channelKeys.get(), random, clock.nanos());
    return new AgentStream(connection, session, hub, clock);
  }
}
