package io.dopt.compiler.cache;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.lowering.LoweringChoice;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.EngineChoices;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComponentCacheTest {
  @TempDir Path folder;

  private ComponentCache cache(long limit) {
    return new ComponentCache(new CacheOptions(folder.resolve("cache"), limit));
  }

  private static CacheKey key(String name) {
    return new CacheKey(Sha256.of(name.getBytes(StandardCharsets.UTF_8)), Sha256.of(new byte[0]));
  }

  private Path empty(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  private CompiledComponent component(Path at, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    Files.write(at.resolve("dynamic.onnx"), bytes);
    return new CompiledComponent(
        List.of(new EngineFile("onnxruntime", "dynamic.onnx", new TreeMap<>())),
        Optional.empty(),
        new TreeMap<>(Map.of("dynamic.onnx", new FileEntry(bytes.length, Sha256.of(bytes)))),
        "f32",
        List.of(
            new EngineChoices(
                List.of("dynamic.onnx"),
                List.of(new LoweringChoice("a", "Silu", "decomposition", List.of("because"))))));
  }

  @Test
  void givesBackWhatWasStored() throws IOException {
    CompiledComponent stored = component(empty("made"), "content");
    ComponentCache cache = cache(1 << 20);
    assertFalse(cache.mayHold(key("a").structure()));
    assertEquals(Optional.empty(), cache.fetch(key("a"), empty("none")));
    assertEquals(Optional.empty(), cache.store(key("a"), stored, folder.resolve("made")));
    assertTrue(cache.mayHold(key("a").structure()));
    assertEquals(Optional.of(stored), cache.fetch(key("a"), empty("taken")));
    assertEquals("content", Files.readString(folder.resolve("taken/dynamic.onnx")));
  }

  @Test
  void aBundleOfItsOwnDoesNotChangeTheCache() throws IOException {
    ComponentCache cache = cache(1 << 20);
    CompiledComponent stored = component(empty("made"), "content");
    cache.store(key("a"), stored, folder.resolve("made"));
    Files.writeString(folder.resolve("made/dynamic.onnx"), "changed");
    assertEquals(Optional.of(stored), cache.fetch(key("a"), empty("taken")));
  }

  @Test
  void damagedEntriesAreDropped() throws IOException {
    for (String damage : List.of("dynamic.onnx", "component.json")) {
      ComponentCache cache = cache(1 << 20);
      cache.store(key("a"), component(empty("made"), "content"), folder.resolve("made"));
      Path file = find(damage);
      byte[] bytes = Files.readAllBytes(file);
      bytes[0] ^= 1;
      Files.write(file, bytes);
      assertEquals(Optional.empty(), cache.fetch(key("a"), empty("taken")), damage);
      try (Stream<Path> left = Files.list(folder.resolve("taken"))) {
        assertEquals(List.of(), left.toList(), damage);
      }
      assertFalse(Files.exists(file), damage);
    }
  }

  private Path find(String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
      return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }
  }

  @Test
  void theEntryUsedLongestAgoGoesFirst() throws IOException {
    ComponentCache cache = cache(9_000);
    String content = "x".repeat(4_000);
    for (String name : List.of("a", "b")) {
      cache.store(key(name), component(empty(name), content), folder.resolve(name));
    }
    age(key("a"), Duration.ofHours(1));
    age(key("b"), Duration.ofHours(2));
    cache.fetch(key("b"), empty("taken"));
    cache.store(key("c"), component(empty("c"), content), folder.resolve("c"));
    assertFalse(cache.mayHold(key("a").structure()));
    assertTrue(cache.mayHold(key("b").structure()));
    assertTrue(cache.mayHold(key("c").structure()));
  }

  private void age(CacheKey key, Duration duration) throws IOException {
    Path entry = folder.resolve("cache/components").resolve(key.structure()).resolve(key.content());
    Files.setLastModifiedTime(
        entry.resolve("component.json"), FileTime.from(Instant.now().minus(duration)));
  }

  @Test
  void concurrentUsersSeeWholeEntries() throws Exception {
    String content = "x".repeat(100_000);
    for (int i = 0; i < 8; i++) {
      component(empty("made" + i), content);
    }
    CompiledComponent expected = component(empty("made0"), content);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int user = i;
        tasks.add(
            threads.submit(
                () -> {
                  ComponentCache cache = cache(250_000);
                  for (int round = 0; round < 20; round++) {
                    CacheKey key = key("entry" + (round + user) % 4);
                    Path target = empty("taken" + user + "_" + round);
                    Optional<CompiledComponent> found = cache.fetch(key, target);
                    if (found.isPresent()) {
                      assertEquals(expected, found.get());
                      assertEquals(content, Files.readString(target.resolve("dynamic.onnx")));
                    } else {
                      cache.store(key, expected, folder.resolve("made" + user));
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anUnusableFolderIsToldAndHarmless() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file where the cache should be");
    ComponentCache cache = cache(1 << 20);
    CompiledComponent component = component(empty("made"), "content");
    assertEquals(Optional.empty(), cache.fetch(key("a"), empty("taken")));
    assertTrue(cache.store(key("a"), component, folder.resolve("made")).isPresent());
  }

  @Test
  void anEntryWhoseUseCannotBeNotedServesAsWell() {
    assertDoesNotThrow(() -> ComponentCache.touch(folder.resolve("gone")));
  }

  @Test
  void theFolderComesFromTheEnvironment() {
    Path home = Path.of("/home/user");
    assertEquals(Path.of("/home/user/.cache/dopt"), CacheOptions.standard(Map.of(), home).folder());
    assertEquals(
        Path.of("/xdg/dopt"),
        CacheOptions.standard(Map.of("XDG_CACHE_HOME", "/xdg"), home).folder());
    assertEquals(
        Path.of("/own"),
        CacheOptions.standard(Map.of("XDG_CACHE_HOME", "/xdg", "DOPT_CACHE", "/own"), home)
            .folder());
  }
}
