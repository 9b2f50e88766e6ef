package dev.adit.wire.control;

import java.util.Set;

/// The codes of [ControlMessage.Failure] (control §2). A code of a later version is none of these.
public final class ErrorCode {
  public static final String JOIN_KEY_UNKNOWN = "join_key_unknown";
  public static final String JOIN_KEY_EXPIRED = "join_key_expired";
  public static final String JOIN_KEY_USED = "join_key_used";
  public static final String JOIN_KEY_REVOKED = "join_key_revoked";
  public static final String JOIN_KEY_KIND = "join_key_kind";
  public static final String NODE_KEY_INVALID = "node_key_invalid";
  public static final String NODE_KEY_PROOF = "node_key_proof";
  public static final String NODE_KEY_TAKEN = "node_key_taken";
  public static final String ADDRESS_TAKEN = "address_taken";
  public static final String NETWORK_FULL = "network_full";
  public static final String DUPLICATE_MACHINE = "duplicate_machine";
  public static final String NOT_JOINED = "not_joined";
  public static final String VERSION = "version";
  public static final String RATE_LIMITED = "rate_limited";
  public static final String UNAVAILABLE = "unavailable";
  public static final String PROTOCOL = "protocol";

  /// All of them.
  public static final Set<String> KNOWN =
      Set.of(
          JOIN_KEY_UNKNOWN,
          JOIN_KEY_EXPIRED,
          JOIN_KEY_USED,
          JOIN_KEY_REVOKED,
          JOIN_KEY_KIND,
          NODE_KEY_INVALID,
          NODE_KEY_PROOF,
          NODE_KEY_TAKEN,
          ADDRESS_TAKEN,
          NETWORK_FULL,
          DUPLICATE_MACHINE,
          NOT_JOINED,
          VERSION,
          RATE_LIMITED,
          UNAVAILABLE,
          PROTOCOL);

  private ErrorCode() {}
}
