package dev.adit.core.stun;

import dev.adit.core.limit.RateTable;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import dev.adit.wire.stun.StunAttribute;
import dev.adit.wire.stun.StunMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Answers STUN Binding requests: "this is the address I see you at". Confined to one thread.
///
/// Anyone may ask, with any source address he likes to invent. Therefore an answer is at most four
/// times as long as its request, a source gets at most 10 a second and its network (IPv4 /24, IPv6
/// /56) at most 500, and the memory for counting is fixed. Requests for RFC 5780's other address or
/// port get error 420: that is how a client learns that they are not offered here.
///
/// A request in Tailscale's form (SOFTWARE `tailnode`, FINGERPRINT last) gets the answer its
/// clients expect: XOR-MAPPED-ADDRESS alone (derp §12).
public final class StunResponder {
  private static final int PER_SOURCE = 10;
  private static final int PER_NETWORK = 500;

  /// For requests with attributes of RFC 5780, answered by errors.
  private static final int PER_SOURCE_5780 = 5;

  private static final int LARGEST_GAIN = 4;
  private static final int CHANGE_REQUEST = 0x0003;
  private static final int PADDING = 0x0026;
  private static final int RESPONSE_PORT = 0x0027;
  private static final int MOST_UNKNOWN_NAMED = 4;
  private static final StunAttribute SOFTWARE = new StunAttribute.Software("Adit");

  private final StunCounter.Sink counters;
  private final RateTable sources;
  private final RateTable networks;

  /// @param random seeds the rate limits' hashes; must not be predictable outside of tests
  public StunResponder(StunCounter.Sink counters, RandomGenerator random) {
    this.counters = counters;
    this.sources = new RateTable(4096, random);
    this.networks = new RateTable(1024, random);
  }

  /// The datagram to send back to `from`, or null for none.
  ///
  /// @param to where the request arrived; the answer must leave from there
  public byte @Nullable [] answer(
      byte[] datagram, int offset, int length, Endpoint from, Endpoint to, long now) {
    StunMessage request;
    try {
      request = StunMessage.decode(datagram, offset, length);
    } catch (MalformedException e) {
      counters.add(StunCounter.NOT_STUN, 1);
      return null;
    }
    if (request.type() != StunMessage.BINDING_REQUEST
        || from.port() == 0
        || from.address().isMulticast()) {
      counters.add(StunCounter.NOT_STUN, 1);
      return null;
    }
    var refused = notOffered(request);
    if (!allowed(from, !refused.isEmpty(), now)) {
      counters.add(StunCounter.LIMITED, 1);
      return null;
    }
    if (!refused.isEmpty()) {
      counters.add(StunCounter.ERRORS, 1);
      return fitting(error(request, refused), LARGEST_GAIN * length);
    }
    counters.add(StunCounter.ANSWERED, 1);
    var mapped = new StunAttribute.XorMappedAddress(from);
    if (isTailscale(request)) {
      counters.add(StunCounter.ANSWERED_SHORT, 1);
      return success(request, List.of(mapped), false).encode();
    }
    var full = List.of(mapped, new StunAttribute.ResponseOrigin(to), SOFTWARE);
    return fitting(success(request, full, true), LARGEST_GAIN * length);
  }

  private boolean allowed(Endpoint from, boolean is5780, long now) {
    byte[] address = from.address().bytes();
    int network = from.address().isV4() ? 3 : 7;
    return sources.allow(
            sources.hash(address, address.length, from.port()),
            is5780 ? PER_SOURCE_5780 : PER_SOURCE,
            now)
        && networks.allow(networks.hash(address, network, network), PER_NETWORK, now);
  }

  private static boolean isTailscale(StunMessage request) {
    var software = request.first(StunAttribute.Software.class);
    return request.fingerprint() && software != null && software.name().equals("tailnode");
  }

  /// Types of attributes whose wish is not fulfilled here. Those of authentication are not among
  /// them: a server that asks for none passes over them.
  private static List<Integer> notOffered(StunMessage request) {
    var types = new ArrayList<Integer>(1);
    for (var attribute : request.attributes()) {
      switch (attribute) {
        case StunAttribute.ChangeRequest(var otherAddress, var otherPort) -> {
          if (otherAddress || otherPort) {
            types.add(CHANGE_REQUEST);
          }
        }
        case StunAttribute.ResponsePort _ -> types.add(RESPONSE_PORT);
        case StunAttribute.Padding _ -> types.add(PADDING);
        case StunAttribute.Unknown unknown -> {
          if (unknown.mustBeUnderstood() && !isAuthentication(unknown.type())) {
            types.add(unknown.type());
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
    return types;
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

  private static StunMessage success(
      StunMessage request, List<StunAttribute> attributes, boolean fingerprint) {
    return new StunMessage(StunMessage.BINDING_SUCCESS, request.id(), attributes, fingerprint);
  }

  private static StunMessage error(StunMessage request, List<Integer> types) {
    var named = types.subList(0, Math.min(types.size(), MOST_UNKNOWN_NAMED));
    return new StunMessage(
        StunMessage.BINDING_ERROR,
        request.id(),
        List.of(
            new StunAttribute.ErrorCode(420, "Unknown Attribute"),
            new StunAttribute.UnknownAttributes(named)),
        true);
  }

  /// Leaves out the last attributes, never the first, until the answer is short enough.
  private static byte[] fitting(StunMessage answer, int most) {
    byte[] bytes = answer.encode();
    for (int kept = answer.attributes().size() - 1; kept > 0 && bytes.length > most; kept--) {
      var fewer = answer.attributes().subList(0, kept);
      bytes = new StunMessage(answer.type(), answer.id(), fewer, answer.fingerprint()).encode();
    }
    return bytes;
  }
}
