package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.compiler.cache.CacheOptions;
import io.dopt.compiler.cpu.CpuTarget;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompilerCacheTest {
  @TempDir Path folder;

  private final Compiler compiler = new Compiler(Targets.standard());

  private CompileOptions to(String name) {
    return CompileOptions.to(folder.resolve(name))
        .withCache(new CacheOptions(folder.resolve("cache"), 1L << 30));
  }

  private List<Boolean> cached(PipelineModel model, CompileOptions options) {
    return cached(compiler, model, options);
  }

  private static List<Boolean> cached(
      Compiler compiler, PipelineModel model, CompileOptions options) {
    return compiler.compile(model, options, CompileListener.NONE).components().stream()
        .map(CompileSummary.ComponentSummary::cached)
        .toList();
  }

  @Test
  void unchangedComponentsAreTakenFromTheCacheWhereverTheyLie() throws IOException {
    assertEquals(
        List.of(false, false), cached(ToyPipeline.write(folder.resolve("a"), 1), to("first")));
    assertEquals(List.of(true, true), cached(ToyPipeline.read(folder.resolve("a")), to("second")));
    assertEquals(
        List.of(true, true), cached(ToyPipeline.write(folder.resolve("b"), 1), to("third")));
    for (String bundle : List.of("second", "third")) {
      Bundle.open(folder.resolve(bundle)).verify();
      for (String file : List.of(Bundle.MANIFEST, Bundle.LOCK, "unet/weights.bin")) {
        assertArrayEquals(
            Files.readAllBytes(folder.resolve("first").resolve(file)),
            Files.readAllBytes(folder.resolve(bundle).resolve(file)),
            file);
      }
    }
  }

  @Test
  void otherWeightsOrShapesAreCompiled() {
    cached(ToyPipeline.write(folder.resolve("a"), 1), to("first"));
    assertEquals(
        List.of(false, false), cached(ToyPipeline.write(folder.resolve("b"), 2), to("second")));
    assertEquals(
        List.of(false, false),
        cached(
            ToyPipeline.read(folder.resolve("a")),
            to("third").withSizes(List.of(new ImageSize(16, 16)))));
  }

  @Test
  void otherCodeOfTheSameVersionCompilesAgain() {
    PipelineModel model = ToyPipeline.write(folder.resolve("a"), 1);
    Compiler rebuilt = new Compiler(new Targets(List.of(new SameTarget(new CpuTarget()))));
    assertEquals(List.of(false, false), cached(compiler, model, to("first")));
    assertEquals(List.of(false, false), cached(rebuilt, model, to("second")));
    assertEquals(List.of(true, true), cached(rebuilt, model, to("third")));
  }

  @Test
  void aDamagedEntryIsCompiledAgain() throws IOException {
    cached(ToyPipeline.write(folder.resolve("a"), 1), to("first"));
    try (Stream<Path> files = Files.walk(folder.resolve("cache/components"))) {
      for (Path file : files.filter(path -> path.endsWith("weights.bin")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
    // The decoder's weights are small enough to lie inside its models.
    assertEquals(List.of(false, true), cached(ToyPipeline.read(folder.resolve("a")), to("second")));
    Bundle.open(folder.resolve("second")).verify();
    assertEquals(List.of(true, true), cached(ToyPipeline.read(folder.resolve("a")), to("third")));
  }

  @Test
  void concurrentCompilesIntoOneCacheAreSafe() throws Exception {
    ToyPipeline.write(folder.resolve("a"), 1);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> tasks = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        CompileOptions options = to("bundle" + i);
        tasks.add(
            threads.submit(
                () -> {
                  cached(ToyPipeline.read(folder.resolve("a")), options);
                }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    } finally {
      threads.shutdownNow();
    }
    for (int i = 0; i < 4; i++) {
      Bundle.open(folder.resolve("bundle" + i)).verify();
    }
  }
}
