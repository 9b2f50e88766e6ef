package dev.adit.agent;

import dev.adit.core.netcheck.NetReport;

/// What a network check found, in sentences for people.
final class NetCheckSentences {
  private NetCheckSentences() {}

  static String of(NetReport.Family family) {
    String udp =
        switch (family.udp()) {
          case UNKNOWN -> "no STUN server of this family is known";
          case WORKS -> mapping(family);
          case NO_ANSWER -> "one server does not answer; it may be the server";
          case BLOCKED -> "UDP is blocked: traffic goes by the relay over TCP";
        };
    return family.mapped().isEmpty() ? udp : udp + "; seen as " + family.mapped().getFirst();
  }

  private static String mapping(NetReport.Family family) {
    return switch (family.mapping()) {
      case UNKNOWN -> "UDP works; the kind of NAT is unknown with one server address";
      case EIM -> "UDP works; the same endpoint for every destination (direct paths are likely)";
      case ADM -> "UDP works; another endpoint for each address (hard NAT: direct paths are rare)";
      case APDM ->
          "UDP works; another endpoint for each destination (hard NAT: direct paths are rare)";
    };
  }
}
