package io.dopt.compiler.build;

import io.dopt.compiler.cache.CacheKey;
import io.dopt.compiler.cache.ComponentCache;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of one plan in a folder of their own, as they are built, cached and then moved into the
 * bundle.
 *
 * @param folder holds them and nothing else
 */
record PlanFiles(Path folder) {
  private static final String PLAN = "engine.plan";
  private static final String INSPECTION = "inspector.json";
  private static final String LOG = "build.log";

  Path plan() {
    return folder.resolve(PLAN);
  }

  Path inspection() {
    return folder.resolve(INSPECTION);
  }

  Path log() {
    return folder.resolve(LOG);
  }

  /** Takes them from the cache; false when it has none that are whole. */
  boolean fetch(ComponentCache cache, CacheKey key) {
    return cache.mayHold(key.structure()) && cache.fetch(key, folder).isPresent();
  }

  /** Keeps them; says why they could not be kept. */
  Optional<String> store(ComponentCache cache, CacheKey key) {
    SortedMap<String, FileEntry> files = new TreeMap<>();
    for (Path file : List.of(plan(), inspection(), log())) {
      files.put(file.getFileName().toString(), entry(file));
    }
    return cache.store(
        key, new CompiledComponent(List.of(), Optional.empty(), files, "plan", List.of()), folder);
  }

  static FileEntry entry(Path file) {
    try {
      return new FileEntry(Files.size(file), Sha256.of(file));
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Moves one of them to its place. */
  static FileEntry move(Path file, Path place) {
    try {
      Files.move(file, place);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, place + " cannot be written: " + e.getMessage() + ".", e);
    }
    return entry(place);
  }
}
