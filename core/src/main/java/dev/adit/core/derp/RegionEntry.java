package dev.adit.core.derp;

import dev.adit.crypto.PublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a relay knows of one key: its connections here (derp §6), the other relays of the region
/// that have it (derp §7.2), and who is told when it can be reached no more (derp §5.4).
///
/// Of several connections the *active* one, the last that spoke, receives packets; the others are
/// only read. [DerpRouter] guards it; only [#active], [#forwarder] and [#isGone] are read without
/// its lock.
public final class RegionEntry {
  /// Of more connections of one key, the one that has been silent longest is ended.
  static final int MOST_MEMBERS = 16;

  private static final int FIGHT = 4;

  private final PublicKey key;
  private volatile @Nullable DerpServerSession active;
  private volatile @Nullable Forwarder forwarder;
  private volatile boolean gone;

  /// By when they last spoke, the active one last.
  private final List<DerpServerSession> members = new ArrayList<>(1);

  /// By when they came, which is their rank: the first is used. Most keys have none.
  private List<Forwarder> forwarders = List.of();

  private int fights;

  /// Clients that received something from this key, and are told once when it leaves.
  private Set<Mailbox> subscribers = Set.of();

  RegionEntry(PublicKey key) {
    this.key = key;
  }

  PublicKey key() {
    return key;
  }

  /// The connection that packets go to; null if there is none here.
  @Nullable DerpServerSession active() {
    return active;
  }

  /// The link that packets go to if there is no connection here; null if there is none either.
  @Nullable Forwarder forwarder() {
    return forwarder;
  }

  /// True once the relay has forgotten it: a later connection of the key gets another entry.
  boolean isGone() {
    return gone;
  }

  int size() {
    return members.size();
  }

  DerpServerSession longestSilent() {
    return members.getFirst();
  }

  List<DerpServerSession> members() {
    return List.copyOf(members);
  }

  boolean isMember(DerpServerSession session) {
    return members.contains(session);
  }

  /// Adds `session` or notes that it spoke; either makes it the active one.
  void spoke(DerpServerSession session) {
    members.remove(session);
    members.add(session);
    active = session;
  }

  /// Notes that another connection than the active one spoke; true if that has happened so often
  /// that two devices must share the key. A device that has moved does it once or twice: what its
  /// old connection had sent still comes.
  boolean fights() {
    return ++fights == FIGHT;
  }

  /// True while two devices share the key.
  boolean isFight() {
    return fights >= FIGHT;
  }

  /// True if it was told that two devices share the key, and now is the one that is left.
  boolean isFightOver() {
    boolean over = fights >= FIGHT && members.size() == 1;
    fights = members.size() == 1 ? 0 : fights;
    return over;
  }

  /// False if it was no member. The one that spoke last of those who stay becomes active.
  boolean remove(DerpServerSession session) {
    boolean was = members.remove(session);
    active = members.isEmpty() ? null : members.getLast();
    return was;
  }

  int forwarders() {
    return forwarders.size();
  }

  /// False if it was there.
  boolean add(Forwarder link) {
    if (forwarders.contains(link)) {
      return false;
    }
    var all = new ArrayList<Forwarder>(forwarders.size() + 1);
    all.addAll(forwarders);
    all.add(link);
    forwarders = all;
    forwarder = all.getFirst();
    return true;
  }

  /// False if it was not there.
  boolean remove(Forwarder link) {
    boolean was = forwarders.contains(link);
    if (was) {
      forwarders.remove(link);
      forwarder = forwarders.isEmpty() ? null : forwarders.getFirst();
    }
    return was;
  }

  /// What is wrong with it, or null.
  @Nullable String problem() {
    if (gone || isUnreachable()) {
      return "nothing leads to it";
    }
    if (members.isEmpty() ? active != null : active != members.getLast()) {
      return "the active connection is not the one that spoke last";
    }
    if (forwarders.isEmpty() ? forwarder != null : forwarder != forwarders.getFirst()) {
      return "the link in use is not the first";
    }
    return null;
  }

  /// True if nothing leads to the key any more.
  boolean isUnreachable() {
    return members.isEmpty() && forwarders.isEmpty();
  }

  void subscribe(Mailbox mailbox) {
    if (subscribers.isEmpty()) {
      subscribers = new HashSet<>(2);
    }
    subscribers.add(mailbox);
  }

  void unsubscribe(Mailbox mailbox) {
    if (!subscribers.isEmpty()) {
      subscribers.remove(mailbox);
    }
  }

  /// The relay forgets it; answers who is to be told.
  Set<Mailbox> retire() {
    gone = true;
    var told = subscribers;
    subscribers = Set.of();
    return told;
  }
}
