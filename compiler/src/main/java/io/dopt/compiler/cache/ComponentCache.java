package io.dopt.compiler.cache;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

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
  private final CacheEviction eviction;

  /** Opens the cache; nothing is created yet. */
  public ComponentCache(CacheOptions options) {
    this.components = options.folder().resolve("components");
    this.eviction = new CacheEviction(options, components);
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
      Optional<CompiledComponent> component = take(entry, folder);
      if (component.isPresent()) {
        touch(entry);
        return component;
      }
      drop(entry);
    } catch (JsonProcessingException e) {
      drop(entry);
    } catch (IOException e) {
      // It is not there, or cannot be read or copied just now.
    }
    CacheEviction.deleteChildren(folder);
    return Optional.empty();
  }

  /** Notes the use for the eviction; a cache that cannot be written serves as well. */
  static void touch(Path entry) {
    try {
      Files.setLastModifiedTime(entry.resolve(RECORD), FileTime.from(Instant.now()));
    } catch (IOException e) {
      // The entry may go earlier than it should.
    }
  }

  /** Copies an entry; empty when it is not what was stored. */
  private static Optional<CompiledComponent> take(Path entry, Path folder) throws IOException {
    CompiledComponent component =
        MAPPER.readValue(Files.readAllBytes(entry.resolve(RECORD)), CompiledComponent.class);
    if (component == null) {
      return Optional.empty();
    }
    for (Map.Entry<String, FileEntry> file : component.files().entrySet()) {
      Path source = entry.resolve(file.getKey());
      Path target = folder.resolve(source.getFileName().toString());
      if (!SharedFile.take(source, target).equals(file.getValue())) {
        return Optional.empty();
      }
    }
    return Optional.of(component);
  }

  /**
   * Keeps a component.
   *
   * @param folder holds its files
   * @return why it could not be kept; empty when it was
   * @throws DoptException (INTERRUPTED); nothing half-written stays
   */
  public Optional<String> store(CacheKey key, CompiledComponent component, Path folder) {
    try (OutputFolder entry = OutputFolder.create(entry(key), false, RECORD)) {
      for (String file : component.files().keySet()) {
        SharedFile.give(folder.resolve(file), entry.resolve(file));
      }
      Files.write(entry.resolve(RECORD), MAPPER.writeValueAsBytes(component));
      entry.commit();
      eviction.run();
      return Optional.empty();
    } catch (DoptException | IOException e) {
      if (e instanceof DoptException refused && refused.code() == ErrorCode.INTERRUPTED) {
        throw refused;
      }
      // Another process may have been first, with the same content.
      return Files.isDirectory(entry(key)) ? Optional.empty() : Optional.of(e.getMessage());
    }
  }

  private Path entry(CacheKey key) {
    return components.resolve(key.structure()).resolve(key.content());
  }

  private static void drop(Path entry) {
    try {
      CacheEviction.remove(entry);
    } catch (IOException e) {
      // Another process dropped it first, or the cache is read-only; either way it is not used.
    }
  }
}
