package io.dopt.compiler.lock;

import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Hashes of files, remembered in a folder by path, file key, size and times of the file, so that a
 * checkpoint is not read again to find that it is unchanged. A file changed within the last seconds
 * is not remembered: it could change again without its times showing it.
 */
public final class FileHashes {
  private static final Duration SETTLED = Duration.ofSeconds(5);

  private final Optional<Path> memory;

  /** Hashes with a memory in the given folder, or without one. */
  public FileHashes(Optional<Path> memory) {
    this.memory = memory;
  }

  /**
   * SHA-256 of the file's content.
   *
   * @throws IOException when it cannot be read
   */
  public String hash(Path file) throws IOException {
    Optional<Path> note = note(file);
    if (note.isPresent() && Files.exists(note.get())) {
      String remembered = Files.readString(note.get());
      if (remembered.matches("[0-9a-f]{64}")) {
        return remembered;
      }
    }
    String hash = Sha256.of(file);
    if (note.isPresent() && note.equals(note(file))) {
      remember(note.get(), hash);
    }
    return hash;
  }

  private Optional<Path> note(Path file) throws IOException {
    if (memory.isEmpty()) {
      return Optional.empty();
    }
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    Instant changed = attributes.lastModifiedTime().toInstant();
    Object statusChanged = "";
    if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      statusChanged = Files.getAttribute(file, "unix:ctime");
    }
    if (changed.isAfter(Instant.now().minus(SETTLED))) {
      return Optional.empty();
    }
    String identity =
        String.join(
            "|",
            file.toRealPath().toString(),
            String.valueOf(attributes.fileKey()),
            Long.toString(attributes.size()),
            changed.toString(),
            statusChanged.toString());
    return Optional.of(memory.get().resolve(Sha256.of(identity)));
  }

  /** A memory that cannot be written is no reason to fail. */
  private static void remember(Path note, String hash) {
    try {
      Files.createDirectories(note.getParent());
      Path written = note.resolveSibling(UUID.randomUUID().toString());
      Files.writeString(written, hash);
      Files.move(written, note, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // The next compile reads the file again.
    }
  }
}
