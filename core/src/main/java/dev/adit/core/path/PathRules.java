package dev.adit.core.path;

import dev.adit.wire.probe.ProbeMessage;

/// The judgements on which the safety of the machine rests. They stand apart so that a test can
/// break each of them and show that its checker notices.
class PathRules {
  static final PathRules SPECIFIED = new PathRules();

  /// Does this PONG prove that a full tunnel packet passes, both ways? (R-PROBE-7)
  boolean provesFullSize(boolean pingWasFullSize, ProbeMessage.Pong pong) {
    return pingWasFullSize
        && (pong.flags() & ProbeMessage.FLAG_FULL_SIZE) != 0
        && pong.padding() >= ProbeSizes.pongPadding(TunnelMtu.LEAST);
  }

  /// Does this PONG prove that packets of this MTU pass, both ways? A peer of an earlier version
  /// answers with a shorter one. (RR-59)
  boolean provesMtu(int mtu, ProbeMessage.Pong pong) {
    return pong.padding() >= ProbeSizes.pongPadding(mtu);
  }

  /// Does this PING say that the last of our answers arrived?
  ///
  /// @param answered the tag of the last PING that we answered to there, 0 for none
  boolean provesAnswer(ProbeMessage.Ping ping, int answered) {
    return answered != 0 && ping.heard() == answered;
  }

  /// @param until what §3.5 says
  long trustEnds(long until) {
    return until;
  }

  /// Is the peer's demotion a demand? Its mere confirmation of ours (reason 5) is not: obeyed, it
  /// would end the path both sides have meanwhile proven anew, and so for ever.
  boolean obeysRelayDecision(ProbeMessage.Path path) {
    return path.reason() != PathReason.PEER_TOLD.code();
  }

  /// RR-14.
  boolean isNewer(int epoch, int lastHeard) {
    return Integer.compareUnsigned(epoch, lastHeard) > 0;
  }
}
