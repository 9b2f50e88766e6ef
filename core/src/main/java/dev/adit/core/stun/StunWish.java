package dev.adit.core.stun;

import dev.adit.wire.Endpoint;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import java.util.ArrayList;
import java.util.List;

/// What one request asks for beyond its mapped address, and what of that is not offered.
///
/// @param from from where it is to be answered
/// @param responsePort to which port of its source; 0 for the source's own
/// @param padding so many bytes of no meaning; 0 for none
/// @param is5780 it has an attribute of RFC 5780
/// @param refused types of the attributes whose wish is not fulfilled here
record StunWish(
    Endpoint from, int responsePort, int padding, boolean is5780, List<Integer> refused) {
  private static final int CHANGE_REQUEST = 0x0003;
  private static final int PADDING = 0x0026;
  private static final int RESPONSE_PORT = 0x0027;

  private static final int MOST_PADDING = 1500;

  /// No service of the system is to get an answer that it did not ask for.
  private static final int LOWEST_RESPONSE_PORT = 1024;

  /// @param to where the request arrived
  static StunWish of(StunMessage request, Endpoint to, AlternateEndpoints alternates) {
    var wish = new Reader(to, alternates);
    request.attributes().forEach(wish::read);
    if (wish.responsePort != 0 && wish.padding != 0) {
      wish.refused.add(PADDING); // RFC 5780 §6.1: never both
    }
    return new StunWish(wish.from, wish.responsePort, wish.padding, wish.is5780, wish.refused);
  }

  /// Where the answer goes that a request from `source` asks for.
  Endpoint target(Endpoint source) {
    return responsePort == 0 ? source : new Endpoint(source.address(), responsePort);
  }

  /// @param to where the request arrived
  boolean isElsewhere(Endpoint to) {
    return responsePort != 0 || !from.equals(to);
  }

  private static final class Reader {
    private final Endpoint to;
    private final AlternateEndpoints alternates;
    private final List<Integer> refused = new ArrayList<>(1);
    private Endpoint from;
    private int responsePort;
    private int padding;
    private boolean is5780;

    Reader(Endpoint to, AlternateEndpoints alternates) {
      this.to = to;
      this.alternates = alternates;
      this.from = to;
    }

    /// Attributes of authentication are passed over: a server that asks for none does not need
    /// them.
    void read(StunAttribute attribute) {
      switch (attribute) {
        case StunAttribute.ChangeRequest(var otherAddress, var otherPort) -> {
          if (otherAddress || otherPort) {
            is5780 = true;
            change(otherAddress, otherPort);
          }
        }
        case StunAttribute.ResponsePort(var port) -> {
          is5780 = true;
          responsePort = port;
          refuseUnless(alternates.offeredAt(to) && port >= LOWEST_RESPONSE_PORT, RESPONSE_PORT);
        }
        case StunAttribute.Padding(var length) -> {
          is5780 = true;
          padding = length;
          refuseUnless(alternates.offeredAt(to) && length <= MOST_PADDING, PADDING);
        }
        case StunAttribute.Unknown unknown -> {
          if (unknown.mustBeUnderstood() && !isAuthentication(unknown.type())) {
            is5780 = true;
            refused.add(unknown.type());
          }
        }
        case StunAttribute.MappedAddress _,
            StunAttribute.XorMappedAddress _,
            StunAttribute.ResponseOrigin _,
            StunAttribute.OtherAddress _,
            StunAttribute.AlternateServer _,
            StunAttribute.Software _,
            StunAttribute.ErrorCode _,
            StunAttribute.UnknownAttributes _,
            StunAttribute.MessageIntegrity _ -> {}
      }
    }

    private void change(boolean otherAddress, boolean otherPort) {
      var changed = alternates.changed(to, otherAddress, otherPort);
      if (changed == null) {
        refused.add(CHANGE_REQUEST);
      } else {
        from = changed;
      }
    }

    private void refuseUnless(boolean offered, int type) {
      if (!offered) {
        refused.add(type);
      }
    }

    /// USERNAME, REALM, NONCE, MESSAGE-INTEGRITY-SHA256, PASSWORD-ALGORITHM, USERHASH.
    private static boolean isAuthentication(int type) {
      return type == 0x0006
          || type == 0x0014
          || type == 0x0015
          || type == 0x001c
          || type == 0x001d
          || type == 0x001e;
    }
  }
}
