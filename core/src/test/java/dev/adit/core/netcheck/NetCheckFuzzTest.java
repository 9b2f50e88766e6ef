package dev.adit.core.netcheck;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import dev.adit.core.netcheck.NetCheck.Output;
import dev.adit.wire.Endpoint;
import dev.adit.wire.probe.Candidate;
import dev.adit.wire.stun.StunMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Whatever STUN servers answer: nothing is thrown, each server counts once, and no address that
/// nobody can have becomes a candidate.
class NetCheckFuzzTest {
  private static final List<Endpoint> SERVERS =
      List.of(
          Endpoint.literal("192.0.2.1:3478"),
          Endpoint.literal("198.51.100.1:3478"),
          Endpoint.literal("[2001:db8::1]:3478"));

  /// The bytes are answers: who answers, length (u8), then so many bytes of type, attributes and
  /// padding, to which header and transaction are made to fit.
  @FuzzTest
  void anyAnswers(byte @NotNull @WithLength(max = 1024) [] bytes) {
    var check = new NetCheck(new Random(1));
    long now = NetCheck.SECOND;
    check.serversChanged(SERVERS.stream().map(at -> new StunServer(at, false)).toList(), now);
    List<Output.SendStun> requests = new ArrayList<>();
    drain(check, requests);
    for (int at = 0; at + 2 <= bytes.length && !requests.isEmpty(); ) {
      var request = requests.get((bytes[at] & 0xff) % requests.size());
      int end = Math.min(bytes.length, at + 2 + (bytes[at + 1] & 0xff));
      byte[] answer = answer(request.bytes(), Arrays.copyOfRange(bytes, at + 2, end));
      check.datagramReceived(request.to(), answer, 0, answer.length, ++now);
      drain(check, requests);
      at = end;
    }
    var report = check.report();
    assertThat(report.v4().mapped()).hasSizeLessThanOrEqualTo(2);
    assertThat(report.v4().mapped()).allMatch(endpoint -> endpoint.address().isV4());
    assertThat(report.v6().mapped()).hasSizeLessThanOrEqualTo(1);
    assertThat(report.v6().mapped()).allMatch(endpoint -> endpoint.address().isV6());
    var candidates = OwnCandidates.of(List.of(), List.of(), report);
    for (var candidate : candidates) {
      assertThat(candidate).isInstanceOf(Candidate.Address.class);
      var endpoint = ((Candidate.Address) candidate).endpoint();
      assertThat(endpoint.port()).isNotZero();
      assertThat(endpoint.address().isUnspecified()).isFalse();
      assertThat(endpoint.address().isMulticast()).isFalse();
    }
    check.timeReached(now + 100 * NetCheck.SECOND);
  }

  private static byte[] answer(byte[] request, byte[] rest) {
    int length = Math.max(0, rest.length - 2) & ~3;
    byte[] answer = Arrays.copyOf(request, StunMessage.HEADER_BYTES + length);
    if (rest.length >= 2) {
      answer[0] = (byte) (rest[0] & 0x3f);
      answer[1] = rest[1];
      System.arraycopy(rest, 2, answer, StunMessage.HEADER_BYTES, length);
    }
    answer[2] = (byte) (length >> 8);
    answer[3] = (byte) length;
    return answer;
  }

  private static void drain(NetCheck check, List<Output.SendStun> requests) {
    for (var output = check.poll(); output != null; output = check.poll()) {
      if (output instanceof Output.SendStun request) {
        requests.add(request);
        assertThat(requests).hasSizeLessThan(1000);
      }
    }
  }
}
