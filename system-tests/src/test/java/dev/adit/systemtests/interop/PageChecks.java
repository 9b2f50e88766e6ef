package dev.adit.systemtests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/// What has the place of derper's flags for pages, and for the port beside its own.
final class PageChecks {
  private PageChecks() {}

  static void listensWithoutTls(EquivalentSite site) throws Exception {
    var plain = RelayProcess.freeTcp();
    try (var _ = site.relay("--http-port=" + plain.port())) {
      assertThat(site.plainGet(plain, "/x").status()).isEqualTo(302);
      assertThat(site.plainGet(plain, "/debug/varz").status()).isEqualTo(403);
    }
  }

  static void showsAnotherHomePage(EquivalentSite site) throws Exception {
    try (var _ = site.relay()) {
      assertThat(site.get("/").text()).contains("DERP relay");
    }
    try (var _ = site.relay("--home=blank")) {
      var answer = site.get("/anything");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEmpty();
    }
    try (var _ = site.relay("--home=https://example.com/")) {
      assertThat(site.get("/").status()).isEqualTo(302);
    }
  }

  static void tellsNames(EquivalentSite site) throws Exception {
    try (var _ = site.relay("--bootstrap-dns=localhost")) {
      TcpChecks.await("the name's addresses", () -> tells(site, "/bootstrap-dns"));
    }
  }

  /// derp §17.33
  static void tellsAnUnpublishedNameToWhoeverAsks(EquivalentSite site) throws Exception {
    try (var _ = site.relay("--bootstrap-dns-unpublished=localhost")) {
      TcpChecks.await("the name's addresses", () -> tells(site, "/bootstrap-dns?q=localhost"));
      assertThat(tells(site, "/bootstrap-dns")).isFalse();
      assertThat(tells(site, "/bootstrap-dns?q=local")).isFalse();
    }
  }

  private static boolean tells(EquivalentSite site, String target) {
    try {
      return site.get(target).text().contains("\"localhost\": [");
    } catch (IOException e) {
      return false;
    }
  }
}
