package io.dopt.compiler.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.runtime.bundle.FileEntry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Compiled components by {@link CacheKey}. An entry is a folder that is renamed into place when it
 * is complete, so that concurrent compiles see it whole or not at all; whoever comes second throws
 * its own away. What is taken is hashed against what was stored: a damaged entry is dropped and
 * counts as absent. A cache that cannot be read or written never fails a compile.
 */
public final class ComponentCache {
  private static final String RECORD = "component.json";
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().addModule(new Jdk8Module()).build();

  private final Path components;
  private final Path work;
  private final CacheEviction eviction;

  /** Opens the cache; nothing is created yet. */
  public ComponentCache(CacheOptions options) {
    this.components = options.folder().resolve("components");
    this.work = options.folder().resolve("work");
    this.eviction = new CacheEviction(options, components, work);
  }

  /** Whether some entry has this structure; if not, {@link #fetch} need not be tried. */
  public boolean mayHold(String structure) {
    return Files.isDirectory(components.resolve(structure));
  }

  /**
   * Puts a component's files into {@code folder}.
   *
   * @param folder an empty folder; empty again when the answer is
   * @return what was compiled; empty when it is not there, or was damaged
   */
  public Optional<CompiledComponent> fetch(CacheKey key, Path folder) {
    Path entry = entry(key);
    try {
      CompiledComponent component =
          MAPPER.readValue(Files.readAllBytes(entry.resolve(RECORD)), CompiledComponent.class);
      for (Map.Entry<String, FileEntry> file : component.files().entrySet()) {
        Path target = folder.resolve(Path.of(file.getKey()).getFileName().toString());
        FileEntry actual = SharedFile.take(entry.resolve(file.getKey()), target);
        if (!actual.equals(file.getValue())) {
          throw new IOException(file.getKey() + " was changed");
        }
      }
      Files.setLastModifiedTime(entry.resolve(RECORD), FileTime.from(Instant.now()));
      return Optional.of(component);
    } catch (NoSuchFileException e) {
      clear(folder);
      return Optional.empty();
    } catch (IOException e) {
      clear(folder);
      drop(entry);
      return Optional.empty();
    }
  }

  /**
   * Keeps a component.
   *
   * @param folder holds its files
   * @return why it could not be kept; empty when it was
   */
  public Optional<String> store(CacheKey key, CompiledComponent component, Path folder) {
    Path unfinished = work.resolve(UUID.randomUUID().toString());
    try {
      Files.createDirectories(unfinished);
      for (String file : component.files().keySet()) {
        SharedFile.give(folder.resolve(file), unfinished.resolve(file));
      }
      Files.write(unfinished.resolve(RECORD), MAPPER.writeValueAsBytes(component));
      Files.createDirectories(entry(key).getParent());
      Files.move(unfinished, entry(key), StandardCopyOption.ATOMIC_MOVE);
      eviction.run();
      return Optional.empty();
    } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
      CacheEviction.delete(unfinished); // another process was first, with the same content
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of plain values is always JSON", e);
    } catch (IOException e) {
      CacheEviction.delete(unfinished);
      return Files.isDirectory(entry(key)) ? Optional.empty() : Optional.of(e.toString());
    }
  }

  private Path entry(CacheKey key) {
    return components.resolve(key.structure()).resolve(key.content());
  }

  /** Out of sight first, so that nobody finds half an entry. */
  private void drop(Path entry) {
    Path doomed = work.resolve(UUID.randomUUID().toString());
    try {
      Files.createDirectories(work);
      Files.move(entry, doomed, StandardCopyOption.ATOMIC_MOVE);
      CacheEviction.delete(doomed);
    } catch (IOException e) {
      // Another process dropped it first, or the cache is read-only; either way it is not used.
    }
  }

  private static void clear(Path folder) {
    CacheEviction.deleteChildren(folder);
  }
}
