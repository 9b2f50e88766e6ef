package dev.adit.agent;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The connections to relays, and which of them a packet takes. Confined to the packet loop's
/// thread.
///
/// The relays of one region are a mesh: what is sent at one reaches who is connected to another
/// (derp §7). So when a relay asks its clients to leave, another one of its region does as well.
final class RelayLinks {
  /// What becomes of the links, for who decides which there are.
  interface Events {
    Events NONE = new Events() {};

    /// The relay admitted us.
    default void up(DerpLink link) {}

    /// The relay asks to be left, for another one from `pauseNanos` on; the link carries packets
    /// until the relay ends it.
    default void leaving(DerpLink link, long pauseNanos) {}

    /// Not one of several tries has succeeded; told after every further one.
    default void unreachable(DerpLink link) {}

    /// The link was retired, and has ended.
    default void ended(DerpLink link) {}
  }

  /// Who hears that the home's connection is up (true) or not.
  @FunctionalInterface
  interface HomeListener {
    void home(boolean up);
  }

  private final Map<UUID, DerpLink> links = new HashMap<>();
  private final HomeListener listener;
  private Events events = Events.NONE;
  private boolean ending;
  private @Nullable DerpLink home;

  RelayLinks(HomeListener listener) {
    this.listener = listener;
  }

  void tell(Events to) {
    events = to;
  }

  /// Adds a link; which one is home is chosen by the caller.
  ///
  /// @param pauseNanos before its first try
  void add(DerpLink link, boolean isHome, long pauseNanos) {
    if (ending) {
      return;
    }
    links.put(link.target().id(), link);
    if (isHome) {
      home = link;
    }
    link.start(pauseNanos);
  }

  void remove(UUID id) {
    DerpLink link = links.remove(id);
    if (link != null) {
      link.close();
      if (link == home) {
        home = null;
        listener.home(false);
      }
    }
  }

  /// From now on this link, which was added before, is home; the others stay as they are.
  void moveHome(DerpLink link) {
    if (home != null) {
      home.preferred(false);
    }
    home = link;
    link.preferred(true);
    listener.home(link.isUp());
  }

  /// Ends all links, also those that a map on its way would add: the agent is about to end.
  void end() {
    ending = true;
    links.values().forEach(DerpLink::close);
  }

  /// The link came up (true) or went down.
  void changed(DerpLink link, boolean up) {
    if (links.get(link.target().id()) != link) {
      return; // removed meanwhile
    }
    if (link == home) {
      listener.home(up);
    }
    if (up) {
      events.up(link);
    } else if (link.isRetired()) {
      events.ended(link);
    } else if (link.isLost()) {
      events.unreachable(link);
    }
  }

  void leaving(DerpLink link, long pauseNanos) {
    if (links.get(link.target().id()) == link) {
      events.leaving(link, pauseNanos);
    }
  }

  @Nullable DerpLink get(UUID id) {
    return links.get(id);
  }

  Collection<DerpLink> all() {
    return links.values();
  }

  /// Where others find this node.
  @Nullable DerpLink home() {
    return home;
  }

  /// The link by which a node is reached that lives at this relay: to that relay if it carries
  /// packets and is to stay, else to another one of its region, else our own home.
  ///
  /// @param relay null if nobody knows where it lives
  @Nullable DerpLink towards(@Nullable UUID relay) {
    DerpLink theirs = relay == null ? null : links.get(relay);
    if (theirs == null) {
      return home;
    }
    if (theirs.isUp() && !theirs.isLeaving()) {
      return theirs;
    }
    DerpLink beside = beside(theirs);
    if (beside != null) {
      return beside;
    }
    return theirs.isUp() ? theirs : home;
  }

  /// Another link to the same region that carries packets and is to stay; our home rather than one
  /// of others.
  @Nullable DerpLink beside(DerpLink link) {
    DerpLink found = null;
    for (DerpLink other : links.values()) {
      if (other != link && other.isBeside(link) && other.isUp() && !other.isLeaving()) {
        if (other == home) {
          return other;
        }
        found = other;
      }
    }
    return found;
  }
}
