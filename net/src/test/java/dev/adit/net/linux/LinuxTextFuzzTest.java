package dev.adit.net.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithLength;
import java.io.IOException;

/// Whatever the kernel or a WireGuard process answers is read or is an [IOException], also cut off
/// at any place.
class LinuxTextFuzzTest {
  @FuzzTest
  void anyReplyOfWireGuard(byte @NotNull @WithLength(max = 4096) [] bytes) {
    String reply = new String(bytes, US_ASCII);
    try {
      UapiText.errno(reply);
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("WireGuard's reply");
    }
    try {
      var state = UapiText.parse(reply);
      assertThat(state.listenPort()).isBetween(0, 0xffff);
      for (var peer : state.peers()) {
        assertThat(peer.receivedBytes()).isNotNegative();
        assertThat(peer.lastHandshake()).isNotNegative();
      }
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("WireGuard's reply");
    }
  }

  @FuzzTest
  void anyNetlinkMessages(byte @NotNull @WithLength(max = 2048) [] bytes) {
    try {
      int at = 0;
      while (at < bytes.length) {
        var message = NetlinkMessage.read(bytes, at, bytes.length);
        assertThat(message.next()).isGreaterThanOrEqualTo(at + NetlinkMessage.HEADER);
        at = message.next();
        message.type();
        message.sequence();
        message.error();
        message.isDumpInterrupted();
        read(message);
      }
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("netlink: ");
    }
  }

  private static void read(NetlinkMessage message) {
    try {
      RouteNetlink.readLink(message);
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("netlink: ");
    }
    try {
      var address = RouteNetlink.readAddress(message);
      assertThat(address == null || address.length() <= 128).isTrue();
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("netlink: ");
    }
    try {
      RouteNetlink.readOwnRoute(message);
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("netlink: ");
    }
    try {
      RouteNetlink.readRouteTaken(message);
    } catch (IOException expected) {
      assertThat(expected.getMessage()).startsWith("netlink: ");
    }
  }
}
