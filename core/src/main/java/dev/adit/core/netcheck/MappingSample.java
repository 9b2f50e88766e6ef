package dev.adit.core.netcheck;

import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.NatMapping;
import java.util.List;

/// As whom somebody saw the data port.
///
/// @param by who was asked
/// @param mapped as whom it saw us
record MappingSample(Endpoint by, Endpoint mapped) {

  /// Compares each pair: other address and other mapping is the sign of a hard NAT. UNKNOWN if all
  /// were seen by one address.
  static NatMapping compare(List<MappingSample> samples) {
    boolean same = false;
    boolean varies = false;
    boolean samePortsAgree = false;
    for (int i = 0; i < samples.size(); i++) {
      for (int j = 0; j < i; j++) {
        MappingSample a = samples.get(i);
        MappingSample b = samples.get(j);
        boolean equal = a.mapped.equals(b.mapped);
        if (!a.by.address().equals(b.by.address())) {
          same |= equal;
          varies |= !equal;
        } else if (equal) {
          samePortsAgree = true;
        } else if (!a.by.equals(b.by)) {
          return NatMapping.APDM;
        }
      }
    }
    if (varies) {
      return samePortsAgree ? NatMapping.ADM : NatMapping.APDM;
    }
    return same ? NatMapping.EIM : NatMapping.UNKNOWN;
  }
}
