package dev.adit.wire.stun;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.wire.BigEndian;
import dev.adit.wire.Endpoint;
import dev.adit.wire.MalformedException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StunMessageTest {
  private static final byte[] PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt".getBytes(UTF_8);

  // RFC 5769 §2.1 to §2.3
  private static final byte[] RFC_REQUEST =
      hex(
          "00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74"
              + " 00240004 6e0001ff 80290008 932ff9b151263b36"
              + " 00060009 6576746a3a68367659202020 00080014"
              + " 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf");
  private static final byte[] RFC_RESPONSE_V4 =
      hex(
          "0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220"
              + " 00200008 0001a147e112a643 00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"
              + " 80280004 c07d4c96");
  private static final byte[] RFC_RESPONSE_V6 =
      hex(
          "01010048 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220"
              + " 00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
              + " 00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c");

  private static final TransactionId ID = TransactionId.of(hex("0102030405060708090a0b0c"), 0);

  @Test
  void readsTheRequestOfRfc5769() throws MalformedException {
    var request = StunMessage.decode(RFC_REQUEST);
    assertThat(request.type()).isEqualTo(StunMessage.BINDING_REQUEST);
    assertThat(request.fingerprint()).isTrue();
    assertThat(request.first(StunAttribute.Software.class))
        .isEqualTo(new StunAttribute.Software("STUN test client"));
    assertThat(request.notUnderstood()).containsExactly(0x0024, 0x0006);
    assertThat(StunMessage.integrityHolds(RFC_REQUEST, PASSWORD)).isTrue();
    assertThat(StunMessage.integrityHolds(RFC_REQUEST, "other".getBytes(UTF_8))).isFalse();
  }

  @Test
  void readsTheResponsesOfRfc5769() throws MalformedException {
    assertThat(StunMessage.decode(RFC_RESPONSE_V4).mapped())
        .isEqualTo(Endpoint.literal("192.0.2.1:32853"));
    assertThat(StunMessage.decode(RFC_RESPONSE_V6).mapped())
        .isEqualTo(Endpoint.literal("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
    assertThat(StunMessage.integrityHolds(RFC_RESPONSE_V4, PASSWORD)).isTrue();
    assertThat(StunMessage.integrityHolds(RFC_RESPONSE_V6, PASSWORD)).isTrue();
  }

  @Test
  void writesAndReadsTheGoldenMessages() throws MalformedException {
    bothWays(StunMessage.request(ID), "000100082112a4420102030405060708090a0b0c802800045b20f9cc");
    bothWays(
        StunMessage.request(ID, new StunAttribute.ChangeRequest(true, true)),
        "000100102112a4420102030405060708090a0b0c0003000400000006802800045eb7183d");
    bothWays(
        success(new StunAttribute.XorMappedAddress(Endpoint.literal("203.0.113.2:51820"))),
        "010100142112a4420102030405060708090a0b0c002000080001eb7eea12d540802800041861d7eb");
    bothWays(
        success(
            new StunAttribute.XorMappedAddress(Endpoint.literal("[2001:db8:1:1::10]:51820")),
            new StunAttribute.ResponseOrigin(Endpoint.literal("[2001:db8:5::10]:3478")),
            new StunAttribute.OtherAddress(Endpoint.literal("[2001:db8:5::11]:3479"))),
        "010100502112a4420102030405060708090a0b0c002000140002eb7e0113a9fa0103030505060708090a0b1c"
            + "802b001400020d9620010db8000500000000000000000010"
            + "802c001400020d9720010db8000500000000000000000011802800041420c73d");
  }

  @Test
  void writesAndReadsTheFormOfTailscale() throws MalformedException {
    var id = TransactionId.of(hex("000102030405060708090a0b"), 0);
    bothWays(
        StunMessage.request(id, new StunAttribute.Software("tailnode")),
        "000100142112a442000102030405060708090a0b802200087461696c6e6f6465802800048aabad90");
    bothWays(
        bare(id, "192.0.2.7:41641"),
        "0101000c2112a442000102030405060708090a0b00200008000183bbe112a645");
    bothWays(
        bare(id, "[2001:db8::7]:41641"),
        "010100182112a442000102030405060708090a0b"
            + "00200014000283bb0113a9fa000102030405060708090a0c");
    assertThat(
            StunMessage.decode(
                    hex(
                        "010100182112a442000102030405060708090a0b"
                            + "00200014000283bb2112a442000102030405f9f8c809080c"))
                .mapped())
        .isEqualTo(Endpoint.literal("192.0.2.7:41641"));
  }

  @Test
  void writesAndReadsEveryAttribute() throws MalformedException {
    var message =
        new StunMessage(
            StunMessage.BINDING_ERROR,
            ID,
            List.of(
                new StunAttribute.ErrorCode(420, "Unknown Attribute"),
                new StunAttribute.UnknownAttributes(List.of(0x0003, 0x0026, 0x7fff)),
                new StunAttribute.MappedAddress(Endpoint.literal("192.0.2.1:1")),
                new StunAttribute.AlternateServer(Endpoint.literal("192.0.2.2:3478")),
                new StunAttribute.ResponsePort(40_000),
                new StunAttribute.Padding(33),
                new StunAttribute.Software("Adit")),
            true);
    assertThat(StunMessage.decode(message.encode())).isEqualTo(message);
  }

  @Test
  void cutsWhatIsBehindTheMessage() throws MalformedException {
    byte[] request = StunMessage.request(ID).encode();
    byte[] longer = java.util.Arrays.copyOf(request, request.length + 17);
    assertThat(StunMessage.decode(longer)).isEqualTo(StunMessage.request(ID));
  }

  @Test
  void refusesWrongHeadersLengthsAndFingerprints() {
    byte[] request = StunMessage.request(ID).encode();
    refuses(changed(request, 0, 0x80));
    refuses(changed(request, 3, 0x02));
    refuses(changed(request, 3, 0x10));
    refuses(changed(request, 5, 0x01));
    refuses(changed(request, 12, 0x01));
    refuses(changed(request, 27, 0x01));
    refuses(java.util.Arrays.copyOf(request, 19));
  }

  @Test
  void decodesAnyBytesOrRefusesThem() {
    var random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = i % 2 == 0 ? RFC_RESPONSE_V6.clone() : new byte[20 + 4 * random.nextInt(30)];
      if (i % 2 != 0) {
        random.nextBytes(bytes);
        bytes[0] &= 0x3f;
        BigEndian.putU16(bytes, 2, bytes.length - 20);
        BigEndian.putU32(bytes, 4, StunMessage.COOKIE);
      } else {
        bytes[20 + random.nextInt(64)] ^= (byte) random.nextInt(256);
      }
      try {
        var message = StunMessage.decode(bytes);
        assertThat(message.encode()).isEqualTo(StunMessage.decode(message.encode()).encode());
      } catch (MalformedException expected) {
        assertThat(expected).hasMessageStartingWith("STUN");
      }
    }
  }

  private static StunMessage success(StunAttribute... attributes) {
    return new StunMessage(StunMessage.BINDING_SUCCESS, ID, List.of(attributes), true);
  }

  private static StunMessage bare(TransactionId id, String mapped) {
    return new StunMessage(
        StunMessage.BINDING_SUCCESS,
        id,
        List.of(new StunAttribute.XorMappedAddress(Endpoint.literal(mapped))),
        false);
  }

  private static void bothWays(StunMessage message, String hex) throws MalformedException {
    assertThat(HexFormat.of().formatHex(message.encode())).isEqualTo(hex);
    assertThat(StunMessage.decode(hex(hex))).isEqualTo(message);
  }

  private static byte[] changed(byte[] bytes, int at, int bits) {
    byte[] changed = bytes.clone();
    changed[at] ^= (byte) bits;
    return changed;
  }

  private static void refuses(byte[] bytes) {
    assertThatThrownBy(() -> StunMessage.decode(bytes)).isInstanceOf(MalformedException.class);
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
