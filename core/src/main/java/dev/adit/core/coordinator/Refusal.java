package dev.adit.core.coordinator;

import dev.adit.wire.IpAddress;
import java.time.Instant;

/// Why a command was refused: a code for programs and the sentence for people, exactly as control
/// §2 words it. A refused command changes nothing. Immutable.
///
/// @param retryMillis when to try again; 0 if trying again as it is will not help
/// @param fatal the stream that asked ends
public record Refusal(String code, String text, long retryMillis, boolean fatal) {
  public Refusal {
    if (retryMillis < 0 || retryMillis > 600_000) {
      throw new IllegalArgumentException("retry after " + retryMillis + " ms, allowed 0 to 600000");
    }
  }

  public static Refusal keyUnknown(String key) {
    return joinKey("join_key_unknown", key, "is not known here");
  }

  /// @param at seconds since 1970
  public static Refusal keyExpired(String key, long at) {
    return joinKey("join_key_expired", key, "expired at " + Instant.ofEpochSecond(at));
  }

  public static Refusal keyUsed(String key, int uses, int maxUses) {
    return joinKey("join_key_used", key, "was used " + uses + " of " + maxUses + " times");
  }

  public static Refusal keyRevoked(String key) {
    return joinKey("join_key_revoked", key, "was revoked");
  }

  private static Refusal joinKey(String code, String key, String what) {
    return of(code, "join key " + key + " " + what + "; make a new one: adit key create");
  }

  public static Refusal keyKind(String key, JoinKeyRow.Kind is, JoinKeyRow.Kind wanted) {
    String text = "join key " + key + " is for a " + is.text() + ", not for a " + wanted.text();
    return of("join_key_kind", text);
  }

  public static Refusal nodeKeyInvalid() {
    return nodeKey("node_key_invalid", "not usable");
  }

  public static Refusal nodeKeyProof() {
    return nodeKey("node_key_proof", "proof is wrong");
  }

  public static Refusal nodeKeyTaken() {
    return nodeKey("node_key_taken", "belongs to another node");
  }

  private static Refusal nodeKey(String code, String what) {
    return of(code, "WireGuard key: " + what + "; run: adit up --new-identity");
  }

  public static Refusal addressTaken(IpAddress address, String owner) {
    return of(
        "address_taken",
        "address " + address + " is in use by " + owner + "; choose another or none");
  }

  /// A wish the network's plan cannot fulfil; control §2 has no sentence for it.
  public static Refusal addressInvalid(IpAddress address, AddressPlan plan) {
    String text =
        ("address " + address + " is not one for nodes of " + plan.v4() + " and " + plan.v6())
            + "; choose another or none";
    return of("address_invalid", text);
  }

  public static Refusal networkFull(String network) {
    return of("network_full", "network " + network + " is full; remove nodes or widen its range");
  }

  public static Refusal duplicateMachine() {
    String text =
        "two machines use one identity (a copied disk?); on the copy run: adit up --new-identity";
    return new Refusal("duplicate_machine", text, 300_000, true);
  }

  public static Refusal notJoined() {
    return new Refusal(
        "not_joined", "this machine is in no network here; run: adit up KEY", 0, true);
  }

  public static Refusal version(int oldest, int newest, int theirOldest, int theirs) {
    String update = theirs < oldest ? "update adit here" : "update the coordinator";
    String text =
        ("the coordinator speaks protocol " + oldest + " to " + newest)
            + (", this program " + theirOldest + " to " + theirs + "; " + update);
    return new Refusal("version", text, 0, true);
  }

  public static Refusal rateLimited(long seconds, boolean fatal) {
    String text = "too many attempts; next in " + seconds + " s";
    return new Refusal("rate_limited", text, seconds * 1000, fatal);
  }

  /// @param why what keeps the coordinator from writing, such as `disk full`
  public static Refusal unavailable(String why, long seconds) {
    String text = "the coordinator cannot write now (" + why + "); next try in " + seconds + " s";
    return new Refusal("unavailable", text, seconds * 1000, false);
  }

  /// @param text one sentence: what, found, allowed
  public static Refusal protocol(String text) {
    return new Refusal("protocol", text, 0, true);
  }

  /// A relay's server key that cannot be, is not proven, or belongs to another relay.
  public static Refusal relayKey() {
    return of(
        "node_key_taken", "relay key: belongs to another relay; remove derp.key and join anew");
  }

  public static Refusal relayNotJoined() {
    return new Refusal(
        "not_joined", "this relay has not joined here; run: adit relay --join KEY", 0, true);
  }

  /// A wish of an administrator that cannot be fulfilled as it is.
  public static Refusal invalid(String text) {
    return of("invalid", text);
  }

  public static Refusal unknown(String text) {
    return of("not_found", text);
  }

  private static Refusal of(String code, String text) {
    return new Refusal(code, text, 0, false);
  }
}
