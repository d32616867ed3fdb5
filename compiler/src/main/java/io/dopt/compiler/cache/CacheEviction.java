package io.dopt.compiler.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
  private final Path work;

  CacheEviction(CacheOptions options, Path components, Path work) {
    this.options = options;
    this.components = components;
    this.work = work;
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
        removeAbandoned();
      }
    } catch (OverlappingFileLockException e) {
      // Another thread of this process is at it.
    }
  }

  private void evict() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Path structure : children(components)) {
      for (Path folder : children(structure)) {
        entries.add(entry(folder));
      }
    }
    entries.sort(Comparator.comparing(Entry::used).reversed());
    long kept = 0;
    for (Entry entry : entries) {
      kept += entry.bytes();
      if (kept > options.limitBytes()) {
        Path doomed = work.resolve(UUID.randomUUID().toString());
        Files.move(entry.folder(), doomed, StandardCopyOption.ATOMIC_MOVE);
        delete(doomed);
        Files.deleteIfExists(emptied(entry.folder().getParent()));
      }
    }
  }

  /** The folder itself when it is empty, else a name that is not there. */
  private static Path emptied(Path structure) throws IOException {
    return children(structure).isEmpty() ? structure : structure.resolve("none");
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

  private void removeAbandoned() throws IOException {
    Instant limit = Instant.now().minus(ABANDONED);
    for (Path folder : children(work)) {
      if (Files.getLastModifiedTime(folder).toInstant().isBefore(limit)) {
        delete(folder);
      }
    }
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
  static void delete(Path folder) {
    deleteChildren(folder);
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // It is in the work folder, where the next eviction finds it.
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
