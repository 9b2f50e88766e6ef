package dev.adit.core.helper;

import dev.adit.wire.BigEndian;
import dev.adit.wire.probe.ProbeHeader;
import dev.adit.wire.stun.StunMessage;
import dev.adit.wire.wireguard.WireGuardMessage;

/// What a helper sends for its agent from WireGuard's port (relay-rung RR-24): what WireGuard and
/// the agent of a privileged user would send there, slowly, and nothing else. A stranger in the
/// agent's place can so neither speak other protocols nor flood. Confined to one thread.
public final class SendRules {
  /// In any second, of all kinds together.
  public static final int PER_SECOND = 600;

  /// The first word of what is for a UDP relay (nat-traversal annex A).
  private static final int ENVELOPE = 0xF561_6465;

  /// How a payload is sent, or why it is not, a sentence each.
  public enum Verdict {
    PROBE("A probe, an envelope of a UDP relay, or STUN: marked as probes are."),
    DATA("A message of WireGuard: marked as WireGuard does."),
    TOO_LONG("The payload was longer than 1,500 bytes."),
    NOT_ALLOWED("The payload was neither ours, nor STUN, nor WireGuard's."),
    TOO_MANY("600 were sent in the second before.");

    private final String sentence;

    Verdict(String sentence) {
      this.sentence = sentence;
    }

    public String sentence() {
      return sentence;
    }

    public boolean isSent() {
      return this == PROBE || this == DATA;
    }
  }

  private final SecondWindow window = new SecondWindow(PER_SECOND);

  /// @param now nanoseconds, never less than before
  public Verdict judge(byte[] payload, long now) {
    Verdict kind = kind(payload);
    return kind.isSent() && !window.take(now) ? Verdict.TOO_MANY : kind;
  }

  private static Verdict kind(byte[] payload) {
    if (payload.length > HelperRequest.MAX_PAYLOAD) {
      return Verdict.TOO_LONG;
    }
    if (payload.length >= 8) {
      int first = BigEndian.u32(payload, 0);
      if (first == ProbeHeader.MAGIC
          || first == ENVELOPE
          || BigEndian.u32(payload, 4) == StunMessage.COOKIE) {
        return Verdict.PROBE;
      }
    }
    return WireGuardMessage.of(payload, 0, payload.length) == WireGuardMessage.NONE
        ? Verdict.NOT_ALLOWED
        : Verdict.DATA;
  }
}
