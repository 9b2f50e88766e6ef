package dev.adit.wire.control;

import static dev.adit.wire.Text.hex;
import static dev.adit.wire.control.Samples.bytes;
import static dev.adit.wire.control.Samples.rising;
import static org.assertj.core.api.Assertions.assertThat;

import dev.adit.crypto.Hash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The vectors of control §11 (C-1), in its order; those of Noise are in `NoiseIkTest`.
class ControlVectorsTest {
  private static final String JOIN_KEY =
      "https://vpn.example.org/#adit1.AAECAwQF.EBESExQVFhcYGRobHB0eHyAhIiMkJSYn."
          + "ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ";

  @Test
  void namesKeysByTheirIds() {
    assertThat(Samples.ROOT.verifyingKey().keyId()).isEqualTo("ZbYGc9bt");
    assertThat(Samples.RECORD.verifyingKey().keyId()).isEqualTo("yUXL8qVg");
    assertThat(hex(Samples.CHANNEL.publicKey().bytes()))
        .isEqualTo("64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466");
    assertThat(hex(Samples.MACHINE.publicKey().bytes()))
        .isEqualTo("244fe3b963e899dd295baffce248d3530f3a9a7479ba063002680ebfe7adad49");
    assertThat(hex(Samples.NODE_KEY.publicKey().bytes()))
        .isEqualTo("883186b800b41d5cf0429695da9b3cc4f328ebcd184a6e482fa578c103f06c77");
  }

  @Test
  void writesAndReadsTheJoinKey() throws Exception {
    var key =
        JoinKey.of(
            HttpsUrl.literal("https://vpn.example.org"),
            bytes("000102030405"),
            rising(0x10, 24),
            Samples.ROOT.verifyingKey());
    assertThat(key.text()).isEqualTo(JOIN_KEY);
    var read = JoinKey.parse(JOIN_KEY);
    assertThat(read.id()).isEqualTo("AAECAwQF");
    assertThat(read.secret()).isEqualTo(rising(0x10, 24));
    assertThat(read.root()).isEqualTo(Samples.ROOT.verifyingKey());
    assertThat(read.url()).isEqualTo(new HttpsUrl("vpn.example.org", 443));
    assertThat(read).hasToString("JoinKey[AAECAwQF]");
  }

  @Test
  void writesSignsAndReadsTheIdentity() throws Exception {
    byte[] pin = Hash.sha256("example SPKI".getBytes(StandardCharsets.US_ASCII));
    var identity =
        new Identity(
            Samples.COORDINATOR,
            1763712000,
            1763712000,
            1798272000,
            Samples.ROOT.verifyingKey(),
            List.of(Samples.CHANNEL.publicKey()),
            List.of(Samples.RECORD.verifyingKey()),
            List.of(HttpsUrl.literal("https://vpn.example.org")),
            List.of(Sha256.of(pin)));
    assertThat(identity.body()).isEqualTo(Samples.IDENTITY_BODY).hasSize(387);
    assertThat(Identity.parse(Samples.IDENTITY_BODY)).isEqualTo(identity);
    var signed = Samples.signedIdentity();
    assertThat(hex(signed.signatures().getFirst().signature()))
        .isEqualTo(
            "f0e6bcc99130499666b3ebb72e7857cfa6fea7f6df5fd5ce226090316f1665"
                + "3111a4f3527773cfb96f25c7a3e917e08cf6f8a5767c319af099e9eaa1f1600e04");
    assertThat(signed.isSignedBy(Context.IDENTITY, List.of(identity.root()))).isTrue();
    assertThat(signed.isSignedBy(Context.NODE, List.of(identity.root()))).isFalse();
    assertThat(signed.isSignedBy(Context.IDENTITY, identity.recordKeys())).isFalse();
  }

  @Test
  void provesTheNodeKey() throws Exception {
    byte[] hash = bytes("0ac47f5d8f69d75c444cba0d3c3b8ba9da93e034d3f21fa999654158f891adab");
    byte[] proof = NodeKeyProof.prove(Samples.NODE_KEY, Samples.CHANNEL.publicKey(), hash);
    assertThat(hex(Samples.NODE_KEY.agree(Samples.CHANNEL.publicKey())))
        .isEqualTo("988acb3701da55f5018f2eafcaac667a32a1c1c06f7fb11ead040d671686cd3c");
    assertThat(hex(proof))
        .isEqualTo("1a9af2658e2019049c5c14e2b36c83bf29004f3f2edabeb97f49cef9c5fa1e4c");
    var node = Samples.NODE_KEY.publicKey();
    assertThat(NodeKeyProof.check(Samples.CHANNEL, node, hash, proof)).isTrue();
    assertThat(NodeKeyProof.check(Samples.CHANNEL, node, rising(0, 32), proof)).isFalse();
  }

  @Test
  void chainsTheDigestsOfChanges() throws Exception {
    String row = "[{\"kind\":\"node\",\"id\":\"019a0000-0000-7000-8000-0000000000b1\"}]";
    byte[] first = Revisions.first(Samples.NETWORK);
    byte[] second = Revisions.next(first, 1, row);
    assertThat(hex(first))
        .isEqualTo("ec51f10cfe32256652c894e87ccf75029cb6d0d0260b30c4e7bc2591876541e0");
    assertThat(hex(second))
        .isEqualTo("2b1d89d44b886db8598af398107965ad81e09fbd7ef0b1a1dbe735b22f1aa1c1");
    var token = Revisions.Token.of(1, 1, second);
    assertThat(token).hasToString("1.1.2b1d89d44b886db8");
    assertThat(Revisions.Token.parse("1.1.2b1d89d44b886db8")).isEqualTo(token);
    assertThat(token.matches(second)).isTrue();
    assertThat(token.matches(first)).isFalse();
  }

  @Test
  void writesSignsAndReadsTheNodeRecord() throws Exception {
    assertThat(Samples.node().body()).isEqualTo(Samples.NODE_BODY).hasSize(314);
    assertThat(NodeRecord.parse(Samples.NODE_BODY)).isEqualTo(Samples.node());
    assertThat(hex(Samples.signedNode().signatures().getFirst().signature()))
        .isEqualTo(
            "93f3cface3a999a18659fc356a0491109f0fedac6d6cb3243b95baebe0456b"
                + "5c3b7e98de53f3a630edc6ebfcf876c30f010a05a3d2faa4b90e2a589df0be1b09");
  }
}
