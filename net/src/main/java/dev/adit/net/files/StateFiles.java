package dev.adit.net.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads and writes the small files of a program's state (control R-ID-10, R-AG-1).
///
/// A write is a temporary file of mode 0600 in the same folder, fsync, rename, fsync of the folder:
/// whatever happens, the file is the old one or the new one. Thread-safe for different files; one
/// file has one writer at a time.
public final class StateFiles {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> FOLDER =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private StateFiles() {}

  /// Makes `folder` and its missing parents, mode 0700; an existing `folder` is narrowed to 0700 if
  /// others could read it.
  public static void createFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(FOLDER));
      return;
    }
    if (!FOLDER.containsAll(Files.getPosixFilePermissions(folder))) {
      Files.setPosixFilePermissions(folder, FOLDER);
    }
  }

  /// Replaces `file` by `content`, mode 0600, durably. Takes 5 ms and more: a disk is waited for.
  public static void write(Path file, byte[] content) throws IOException {
    replace(file, content, true);
    syncFolder(folderOf(file));
  }

  /// As [#write], but without waiting for the disk: after the death of this process the file is the
  /// old one or the new one, after a power cut it may be empty. For what can be made anew.
  public static void writeQuickly(Path file, byte[] content) throws IOException {
    replace(file, content, false);
  }

  private static void replace(Path file, byte[] content, boolean durably) throws IOException {
    Path temporary = folderOf(file).resolve("." + file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    try {
      writeNew(temporary, content, durably);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /// Makes `file`, mode 0600, durably.
  ///
  /// @throws FileAlreadyExistsException if there is one, which stays as it is
  public static void create(Path file, byte[] content) throws IOException {
    writeNew(file, content, true);
    syncFolder(folderOf(file));
  }

  /// The content of `file`.
  ///
  /// @throws NoSuchFileException if there is none
  /// @throws IOException also if it is longer than `limit` bytes
  public static byte[] read(Path file, int limit) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(limit + 1);
      if (content.length > limit) {
        throw new IOException(file + ": longer than " + limit + " bytes, which no such file is");
      }
      return content;
    }
  }

  /// As [#read], but null if there is no such file.
  public static byte @Nullable [] readIfPresent(Path file, int limit) throws IOException {
    try {
      return read(file, limit);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static void writeNew(Path file, byte[] content, boolean durably) throws IOException {
    var options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    try (var channel =
        FileChannel.open(file, options, PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      var bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (durably) {
        channel.force(true);
      }
    }
  }

  /// Without this the rename itself may be lost when the power fails.
  private static void syncFolder(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path folderOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " is not a file's name");
    }
    return parent;
  }
}
