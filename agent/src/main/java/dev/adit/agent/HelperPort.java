package dev.adit.agent;

import dev.adit.core.helper.HelperRequest;
import dev.adit.core.helper.SecondWindow;
import dev.adit.net.Clock;
import dev.adit.net.linux.HearingTest;
import dev.adit.net.linux.PortSharer;
import dev.adit.wire.Endpoint;
import java.util.concurrent.atomic.LongAdder;

/// WireGuard's port as an agent shares it whose [Helper] has the raw sockets. Threads as
/// [PortSharer] says.
final class HelperPort implements PortSharer {
  /// Of what the helper sends in a second, so many may be WireGuard's packets: the rest is for
  /// probes and STUN.
  private static final int DATA_PER_SECOND = 400;

  private final HelperLink link;
  private final Clock clock;
  private final HearingTest test = new HearingTest();
  private final SecondWindow data = new SecondWindow(DATA_PER_SECOND);
  private final LongAdder unsent = new LongAdder();
  private volatile int port;
  private volatile long helperUnsent;

  /// @param port what WireGuard is asked to bind
  HelperPort(HelperLink link, int port, Clock clock) {
    this.link = link;
    this.port = port;
    this.clock = clock;
  }

  @Override
  public void start(Listener hears) {
    test.listener(hears);
    link.listen(test);
  }

  @Override
  public int port() {
    return port;
  }

  /// The helper follows WireGuard by itself.
  @Override
  public void changePort(int newPort) {
    port = newPort;
  }

  @Override
  public void routesChanged() {
    tell(new HelperRequest.RoutesChanged().encode());
  }

  @Override
  public void sendProbe(Endpoint to, byte[] payload) {
    tell(new HelperRequest.Send(to, payload).encode());
  }

  @Override
  public boolean send(Endpoint to, byte[] payload, int offset, int length) {
    if (length > HelperRequest.MAX_PAYLOAD || !data.take(clock.nanos())) {
      return false;
    }
    return link.tell(HelperRequest.send(to, payload, offset, length));
  }

  private void tell(byte[] frame) {
    if (!link.tell(frame)) {
      unsent.increment();
    }
  }

  /// What the helper says that it did not send.
  void helperUnsent(long datagrams) {
    helperUnsent = datagrams;
  }

  @Override
  public long unsent() {
    return unsent.sum() + helperUnsent;
  }

  @Override
  public boolean hears() {
    return test.passes(port);
  }

  /// The link stays: it has the interface.
  @Override
  public void close() {
    link.listen((source, payload) -> {});
  }
}
