package dev.adit.agent;

import dev.adit.core.netcheck.NatVerdict;
import dev.adit.core.netcheck.NatVerdict.Gap;
import dev.adit.core.netcheck.NetReport;
import dev.adit.core.netcheck.UdpVerdict;
import java.util.ArrayList;
import java.util.List;

/// What a network check found, in sentences for people.
final class NetCheckSentences {
  private NetCheckSentences() {}

  /// What this node has, and how sure that is.
  static String of(NetReport.Family family) {
    var text = new StringBuilder(verdict(family));
    if (!family.mapped().isEmpty()) {
      text.append("; seen as ").append(family.mapped().getFirst());
    }
    if (family.udp() == UdpVerdict.WORKS) {
      text.append(
          switch (family.nat().certainty()) {
            case MEASURED -> " (measured)";
            case PARTIAL -> " (measured in part)";
            case NONE -> "";
          });
    }
    return text.toString();
  }

  private static String verdict(NetReport.Family family) {
    NatVerdict nat = family.nat();
    return switch (nat.natClass()) {
      case UNKNOWN ->
          family.udp() == UdpVerdict.NO_ANSWER
              ? "one server does not answer; it may be the server"
              : "no STUN server of this family is known";
      case NO_ADDRESS -> "this machine has no address of this family";
      case UDP_BLOCKED -> "UDP is blocked: traffic goes by the relay over TCP";
      case OPEN -> "open: a public address, and nothing is kept out";
      case FIREWALL -> "no NAT, but a firewall that lets in only whom this node has written to";
      case NO_NAT -> "no NAT; whether a firewall keeps something out is not known";
      case FULL_CONE -> "easy NAT that lets in everybody (full cone)";
      case ADDRESS_RESTRICTED ->
          "easy NAT that lets in the addresses this node has written to (address-restricted)";
      case PORT_RESTRICTED ->
          "easy NAT that lets in the ports this node has written to (port-restricted)";
      case EASY_NAT -> "easy NAT; the same endpoint for every destination";
      case SYMMETRIC -> "hard NAT: another endpoint for each " + destination(nat) + ports(nat);
      case NAT -> "a NAT, of which kind is unknown with one server address";
    };
  }

  private static String destination(NatVerdict nat) {
    return switch (nat.mapping()) {
      case ADM -> "address";
      case UNKNOWN, EIM, APDM -> "destination";
    };
  }

  private static String ports(NatVerdict nat) {
    return switch (nat.allocation()) {
      case UNKNOWN -> "";
      case PRESERVING -> ", the own port where it is free";
      case SEQUENTIAL -> ", ports in steps of " + nat.step();
      case RANDOM -> ", random ports";
    };
  }

  /// What follows from it, what is missing, and what can be done; a sentence each.
  static List<String> advice(NetReport.Family family) {
    List<String> advice = new ArrayList<>();
    switch (family.nat().natClass()) {
      case UNKNOWN, NO_ADDRESS -> {}
      case UDP_BLOCKED ->
          advice.add(
              "Ask whoever runs this network's firewall to let UDP out; until then every packet"
                  + " goes by the relay.");
      case OPEN, FULL_CONE -> advice.add("Direct paths to every peer that has UDP are likely.");
      case FIREWALL, PORT_RESTRICTED ->
          advice.add("Direct paths are likely, but to peers behind a hard NAT.");
      case ADDRESS_RESTRICTED -> advice.add("Direct paths are likely, to hard NATs too.");
      case NO_NAT, EASY_NAT, NAT -> advice.add("Direct paths are likely.");
      case SYMMETRIC ->
          advice.add(
              "Direct paths only to peers that let in new ports. A port forwarded to this node"
                  + " (adit up --candidate IP:PORT), or IPv6, gives more of them.");
    }
    family.nat().gaps().stream().sorted().forEach(gap -> advice.add(missing(gap)));
    return advice;
  }

  private static String missing(Gap gap) {
    return switch (gap) {
      case NOT_YET -> "The tests have not ended yet; ask again in a few seconds.";
      case ONE_ADDRESS ->
          "All answers came from one server address: whether the NAT is hard cannot be told. A"
              + " second relay, or a second address of the relay, can tell.";
      case NO_SECOND_ADDRESS ->
          "What is let in was not tested, because no relay has a second address for it"
              + " (adit serve --stun-other).";
      case SECOND_PORT_ONLY ->
          "The relay has a second port, but no second address: who is let in may be everybody.";
      case SECOND_SILENT ->
          "The relay's second address or port does not answer at all; let UDP to it through the"
              + " relay's firewall. Until then, what is let in is a guess.";
      case PEERS_DISAGREE ->
          "A peer sees this node at another endpoint than the relays do: the NAT may be harder"
              + " than it looks.";
      case ONE_SERVER_SILENT -> "With a second server address it could be told from blocked UDP.";
    };
  }
}
