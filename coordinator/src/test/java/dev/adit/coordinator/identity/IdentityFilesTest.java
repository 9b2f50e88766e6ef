package dev.adit.coordinator.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.adit.coordinator.identity.IdentityFiles.Role;
import dev.adit.wire.control.Context;
import dev.adit.wire.control.HttpsUrl;
import dev.adit.wire.control.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityFilesTest {
  private static final long NOW = 1_763_712_000L;
  private static final long DAY = 24 * 3600;
  private static final List<HttpsUrl> URLS = List.of(HttpsUrl.literal("https://vpn.example.org"));

  @TempDir Path folder;

  @Test
  void theFirstStartMakesKeysOfTheOwnerAndASignedDocument() throws Exception {
    var files = open(URLS, NOW);
    var identity = files.identity();
    assertThat(files.document().isSignedBy(Context.IDENTITY, List.of(identity.root()))).isTrue();
    assertThat(identity.serial()).isEqualTo(NOW);
    assertThat(identity.notAfter()).isEqualTo(NOW + 400 * DAY);
    assertThat(identity.channelKeys()).containsExactly(files.channelKeys().getFirst().publicKey());
    assertThat(identity.recordKeys()).containsExactly(files.recordKeys().getFirst().verifyingKey());
    for (String name : List.of("root.key", "record.key", "channel.key", "identity.json")) {
      var mode = Files.getPosixFilePermissions(folder.resolve(name));
      assertThat(PosixFilePermissions.toString(mode)).as(name).isEqualTo("rw-------");
    }
  }

  @Test
  void aRestartIsTheSameCoordinatorWithTheSameDocument() throws Exception {
    var first = open(URLS, NOW);
    var second = open(URLS, NOW + 199 * DAY);
    assertThat(second.document()).isEqualTo(first.document());
  }

  @Test
  void theDocumentIsRenewedAtHalfOfItsTimeOrWhenItSaysSomethingElse() throws Exception {
    var first = open(URLS, NOW).identity();
    var renewed = open(URLS, NOW + 201 * DAY).identity();
    assertThat(renewed.coordinator()).isEqualTo(first.coordinator());
    assertThat(renewed.root()).isEqualTo(first.root());
    assertThat(renewed.serial()).isEqualTo(NOW + 201 * DAY);

    var urls = List.of(HttpsUrl.literal("https://other.example.org"));
    var moved = open(urls, NOW).identity();
    assertThat(moved.urls()).isEqualTo(urls);
    assertThat(moved.serial()).isEqualTo(renewed.serial() + 1);
  }

  @Test
  void withoutTheRootKeyTheDocumentStays() throws Exception {
    var first = open(URLS, NOW);
    Files.delete(folder.resolve("root.key"));
    var later = open(URLS, NOW + 300 * DAY);
    assertThat(later.document()).isEqualTo(first.document());
    assertThat(folder.resolve("root.key")).doesNotExist();
  }

  @Test
  void replacedKeysCountForTheirTimeAndThenLeaveTheDiskToo() throws Exception {
    var files = open(URLS, NOW);
    var before = files.identity();
    files.replace(Role.CHANNEL, NOW, new Random(5));
    files.replace(Role.RECORD, NOW, new Random(6));

    var replaced = open(URLS, NOW + 7 * DAY - 1).identity();
    assertThat(replaced.channelKeys()).hasSize(2).endsWith(before.channelKeys().getFirst());
    assertThat(replaced.recordKeys()).hasSize(2).endsWith(before.recordKeys().getFirst());
    assertThat(replaced.serial()).isEqualTo(NOW + 2);

    var later = open(URLS, NOW + 7 * DAY);
    assertThat(later.identity().recordKeys()).containsExactly(replaced.recordKeys().getFirst());
    assertThat(later.identity().channelKeys()).isEqualTo(replaced.channelKeys());
    assertThat(later.everyRecordKey()).containsAll(replaced.recordKeys());

    var last = open(URLS, NOW + 30 * DAY);
    assertThat(last.identity().channelKeys()).containsExactly(replaced.channelKeys().getFirst());
    try (var left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "root.key", "record.key", "channel.key", "identity.json", "former-record-keys");
    }
  }

  /// A power cut between the two steps of a replacement leaves the key in force under both names.
  @Test
  void aKeyUnderBothNamesIsGoneForGoodOnceItIsReplacedAndDropped() throws Exception {
    var before = open(URLS, NOW).identity();
    for (String name : List.of("channel", "record")) {
      Path former = folder.resolve(name + "-until-" + (NOW + 5 * DAY) + ".key");
      Files.copy(folder.resolve(name + ".key"), former);
    }
    var files = open(URLS, NOW);
    assertThat(files.identity()).isEqualTo(before);
    files.replace(Role.CHANNEL, NOW, new Random(5));
    files.replace(Role.RECORD, NOW, new Random(6));
    files.dropFormer(NOW);

    var later = open(URLS, NOW).identity();
    assertThat(later.channelKeys()).hasSize(1).doesNotContainAnyElementsOf(before.channelKeys());
    assertThat(later.recordKeys()).hasSize(1).doesNotContainAnyElementsOf(before.recordKeys());
  }

  @Test
  void ofManyReplacementsOnlySoManyFormerKeysCount() throws Exception {
    var files = open(URLS, NOW);
    for (int i = 0; i < 6; i++) {
      files.replace(Role.CHANNEL, NOW, new Random(10 + i));
      files.replace(Role.RECORD, NOW, new Random(20 + i));
    }
    assertThat(files.identity().channelKeys()).hasSize(2);
    assertThat(files.identity().recordKeys()).hasSize(4);
    assertThat(files.everyRecordKey()).hasSize(7);
  }

  @Test
  void withoutTheRootKeyNothingIsReplaced() throws Exception {
    var files = open(URLS, NOW);
    Files.move(folder.resolve("root.key"), folder.resolve("elsewhere"));
    var document = files.document();
    assertThatThrownBy(() -> files.replace(Role.RECORD, NOW, new Random(5)))
        .isInstanceOf(IdentityFiles.NoRootKeyException.class)
        .hasMessageContaining("root.key is not here");
    assertThat(files.document()).isEqualTo(document);
    assertThat(files.recordKeys()).hasSize(1);

    Files.move(folder.resolve("elsewhere"), folder.resolve("root.key"));
    files.renew(NOW + 1);
    assertThat(files.identity().serial()).isEqualTo(NOW + 1);
  }

  private IdentityFiles open(List<HttpsUrl> urls, long now) throws Exception {
    var pins = List.of(Sha256.of(new byte[32]));
    return IdentityFiles.open(folder, urls, pins, now * 1000, new Random(now));
  }
}
