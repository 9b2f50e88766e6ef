package dev.adit.systemtests.interop;

import java.util.List;

/// Many clients of one make that send, watch, ping and come back whenever their connection has
/// ended ([ChaosRun]).
interface Crowd {
  /// How a connection ends.
  enum End {
    RST,
    FIN,
    /// Nothing passes in either direction any more.
    SILENCE
  }

  /// @param key `privkey:…`
  /// @param watches with the mesh key; it forwards, too
  record Member(int number, String key, boolean watches) {}

  /// @param peers `nodekey:…`, to whom is sent
  /// @param urls the region's nodes; each connection goes to one at random
  record Orders(List<Member> members, List<String> peers, List<String> urls) {}

  /// What happened since the program's start.
  record Tally(
      long connects,
      long failures,
      long sent,
      long forwarded,
      long received,
      long damaged,
      long pings,
      long presences) {}

  /// Hears of each connection. On any thread.
  interface Listener {
    /// @param port of the client's end
    void isUp(int member, int port);
  }

  /// Milliseconds between two things that a member does, on average.
  int PAUSE_MILLIS = 500;

  /// Between two members' first connections: a relay lets so many strangers in at once.
  int START_MILLIS = 20;

  void start(Orders orders);

  /// Ends a member's connection, if it is still the one at `port`.
  void end(int member, int port, End how);

  /// True if it sends RST by itself, instead of leaving that to the network.
  boolean sendsReset();

  /// Nobody comes back from now on.
  void rest();

  Tally tally();
}
