package io.dopt.compiler.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Keeps a cache within its limit: the entries used longest ago go first. One process at a time does
 * it; others skip it.
 */
final class CacheEviction {
  /** Unfinished entries older than this were left by a process that died. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final CacheOptions options;
  private final Path components;

  CacheEviction(CacheOptions options, Path components) {
    this.options = options;
    this.components = components;
  }

  private record Entry(Path folder, FileTime used, long bytes) {}

  void run() throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                options.folder().resolve("eviction.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        evict();
      }
    } catch (OverlappingFileLockException e) {
      // Another thread of this process is at it.
    }
  }

  private void evict() throws IOException {
    Instant abandoned = Instant.now().minus(ABANDONED);
    List<Entry> entries = new ArrayList<>();
    for (Path structure : children(components)) {
      for (Path folder : children(structure)) {
        if (!folder.getFileName().toString().startsWith(".")) {
          entries.add(entry(folder));
        } else if (Files.getLastModifiedTime(folder).toInstant().isBefore(abandoned)) {
          delete(folder);
        }
      }
    }
    entries.sort(Comparator.comparing(Entry::used).reversed());
    long kept = 0;
    for (Entry entry : entries) {
      kept += entry.bytes();
      if (kept > options.limitBytes()) {
        remove(entry.folder());
      }
    }
  }

  /** Renames the entry first, so that nobody finds half of it. */
  static void remove(Path entry) throws IOException {
    Path doomed = entry.resolveSibling("." + UUID.randomUUID());
    Files.move(entry, doomed, StandardCopyOption.ATOMIC_MOVE);
    delete(doomed);
    try {
      Files.deleteIfExists(entry.getParent());
    } catch (DirectoryNotEmptyException e) {
      // It holds other entries.
    }
  }

  private static Entry entry(Path folder) throws IOException {
    long bytes = 0;
    FileTime used = FileTime.from(Instant.EPOCH);
    for (Path file : children(folder)) {
      bytes += Files.size(file);
      if (file.getFileName().toString().equals("component.json")) {
        used = Files.getLastModifiedTime(file);
      }
    }
    return new Entry(folder, used, bytes);
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.sorted().toList();
    }
  }

  /** Deletes an entry's folder as far as it can. */
  private static void delete(Path folder) {
    deleteChildren(folder);
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // It is hidden, and a later eviction finds it.
    }
  }

  /** Deletes the files in {@code folder} as far as it can. */
  static void deleteChildren(Path folder) {
    try {
      for (Path file : children(folder)) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // As above.
    }
  }
}
