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
/// /56) at most 500, and the memory for counting is fixed.
///
/// With a second address and port ([AlternateEndpoints]) it answers from there who asks for that
/// (RFC 5780): that is how a client learns whom its NAT lets in. Such requests are answered 5 times
/// a second; one with RESPONSE-PORT counts for the port that gets the answer, too, which is never a
/// port below 1024. What is not offered gets error 420, and the client knows.
///
/// A request in Tailscale's form (SOFTWARE `tailnode`, FINGERPRINT last) gets the answer its
/// clients expect: XOR-MAPPED-ADDRESS alone (derp §12).
public final class StunResponder {
  private static final int PER_SOURCE = 10;
  private static final int PER_NETWORK = 500;

  /// For requests with attributes of RFC 5780, also if answered by errors.
  private static final int PER_SOURCE_5780 = 5;

  private static final int LARGEST_GAIN = 4;

  /// Mapped address, origin, software, the other address and FINGERPRINT of an IPv6 answer.
  private static final int MOST_BESIDE_PADDING = 96;

  private static final int MOST_UNKNOWN_NAMED = 4;
  private static final StunAttribute SOFTWARE = new StunAttribute.Software("Adit");

  private final StunCounter.Sink counters;
  private final RateTable sources;
  private final RateTable networks;
  private final AlternateEndpoints alternates;

  /// @param alternates from where else it can answer
  /// @param random seeds the rate limits' hashes; must not be predictable outside of tests
  public StunResponder(
      AlternateEndpoints alternates, StunCounter.Sink counters, RandomGenerator random) {
    this.alternates = alternates;
    this.counters = counters;
    this.sources = new RateTable(4096, random);
    this.networks = new RateTable(1024, random);
  }

  /// What to send for a datagram that came from `from`, or null for nothing.
  ///
  /// @param to where the request arrived; the answer leaves from there, unless it asks for another
  public @Nullable StunAnswer answer(
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
    var wish = StunWish.of(request, to, alternates);
    if (!allowed(from, wish, now)) {
      counters.add(StunCounter.LIMITED, 1);
      return null;
    }
    if (!wish.refused().isEmpty()) {
      counters.add(StunCounter.ERRORS, 1);
      return new StunAnswer(
          fitting(error(request, wish.refused()), LARGEST_GAIN * length), to, from);
    }
    counters.add(StunCounter.ANSWERED, 1);
    var mapped = new StunAttribute.XorMappedAddress(from);
    if (isTailscale(request)) {
      counters.add(StunCounter.ANSWERED_SHORT, 1);
      return new StunAnswer(success(request, List.of(mapped), false).encode(), to, from);
    }
    if (wish.isElsewhere(to)) {
      counters.add(StunCounter.ANSWERED_ELSEWHERE, 1);
    }
    byte[] answer = fitting(success(request, full(mapped, wish, to), true), most(wish, length));
    return new StunAnswer(answer, wish.from(), wish.target(from));
  }

  /// In the order of their worth: [#fitting] leaves out the last.
  private List<StunAttribute> full(StunAttribute mapped, StunWish wish, Endpoint to) {
    var attributes = new ArrayList<StunAttribute>(5);
    attributes.add(mapped);
    if (wish.padding() > 0) {
      attributes.add(new StunAttribute.Padding(wish.padding()));
    }
    attributes.add(new StunAttribute.ResponseOrigin(wish.from()));
    attributes.add(SOFTWARE);
    var other = alternates.otherOf(to);
    if (other != null) {
      attributes.add(new StunAttribute.OtherAddress(other));
    }
    return attributes;
  }

  /// An answer with as much padding as its request is as long as that, and a little more.
  private static int most(StunWish wish, int length) {
    return wish.padding() > 0 ? length + MOST_BESIDE_PADDING : LARGEST_GAIN * length;
  }

  private boolean allowed(Endpoint from, StunWish wish, long now) {
    byte[] address = from.address().bytes();
    int network = from.address().isV4() ? 3 : 7;
    int perSource = wish.is5780() ? PER_SOURCE_5780 : PER_SOURCE;
    if (!sources.allow(sources.hash(address, address.length, from.port()), perSource, now)) {
      return false;
    }
    int target = wish.target(from).port();
    return (target == from.port()
            || sources.allow(sources.hash(address, address.length, target), perSource, now))
        && networks.allow(networks.hash(address, network, network), PER_NETWORK, now);
  }

  private static boolean isTailscale(StunMessage request) {
    var software = request.first(StunAttribute.Software.class);
    return request.fingerprint() && software != null && software.name().equals("tailnode");
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
