package dev.adit.core.path;

import dev.adit.crypto.PublicKey;
import java.util.ArrayList;
import java.util.List;

/// Makes a [PeerStatus] of the live state.
final class StatusView {
  private StatusView() {}

  static PeerStatus of(
      PublicKey peer,
      PathState state,
      boolean isNative,
      SelectedPath path,
      PeerProber prober,
      boolean probeKeyKnown,
      TransitionLog log) {
    RemoteCandidate selected = path.candidate();
    List<PeerStatus.CandidateStatus> views = new ArrayList<>();
    for (RemoteCandidate candidate : prober.candidates()) {
      views.add(
          new PeerStatus.CandidateStatus(
              candidate.kind,
              candidate.endpoint,
              candidate.state.name(),
              candidate.srtt,
              remark(candidate.state)));
    }
    return new PeerStatus(
        peer,
        state,
        isNative,
        selected == null ? null : selected.endpoint,
        selected == null ? 0 : selected.srtt,
        selected == null ? 0 : selected.lossPercent(),
        path.mtu().mtu(),
        path.mtu().remark(),
        prober.nat(),
        probeKeyKnown,
        views,
        log.oldestFirst());
  }

  private static String remark(RemoteCandidate.State state) {
    return switch (state) {
      case NEW, PROBING, VALID -> "";
      case SMALL -> "path carries less than 1280";
      case STALE -> "our own addresses changed since it answered";
      case FAILED -> "does not answer";
    };
  }
}
