package io.dopt.compiler;

import io.dopt.compiler.cache.CacheOptions;
import io.dopt.runtime.bundle.ImageSize;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How to compile.
 *
 * @param output the bundle's folder
 * @param force whether a bundle that is there is replaced
 * @param target name of the target
 * @param sizes image sizes in pixels to specialise engines for, the first is the default of {@code
 *     generate}; empty for the size the model was trained for
 * @param batches batch sizes to specialise engines for, the first is the default of {@code
 *     generate}
 * @param dynamicOnly whether to leave the specialised engines out
 * @param check whether weights must be finite and the engines are tried before the bundle appears
 * @param cache where components are kept for other compiles; empty for not at all
 * @param recipe what else decided the graphs (passes, variant, ...), for the lock
 * @param expectedLock a lock the result must equal
 */
public record CompileOptions(
    Path output,
    boolean force,
    String target,
    List<ImageSize> sizes,
    List<Integer> batches,
    boolean dynamicOnly,
    boolean check,
    Optional<CacheOptions> cache,
    SortedMap<String, String> recipe,
    Optional<Path> expectedLock) {

  public CompileOptions {
    sizes = List.copyOf(sizes);
    batches = List.copyOf(batches);
    recipe = Collections.unmodifiableSortedMap(new TreeMap<>(recipe));
  }

  /** The defaults: the trained size, batch 1, target cpu, checked, no cache. */
  public static CompileOptions to(Path output) {
    return new CompileOptions(
        output,
        false,
        "cpu",
        List.of(),
        List.of(1),
        false,
        true,
        Optional.empty(),
        new TreeMap<>(),
        Optional.empty());
  }

  /** Replaces a bundle that is there, or not. */
  public CompileOptions withForce(boolean value) {
    return new CompileOptions(
        output, value, target, sizes, batches, dynamicOnly, check, cache, recipe, expectedLock);
  }

  /** For another target. */
  public CompileOptions withTarget(String value) {
    return new CompileOptions(
        output, force, value, sizes, batches, dynamicOnly, check, cache, recipe, expectedLock);
  }

  /** With engines for other sizes. */
  public CompileOptions withSizes(List<ImageSize> value) {
    return new CompileOptions(
        output, force, target, value, batches, dynamicOnly, check, cache, recipe, expectedLock);
  }

  /** With engines for other batch sizes. */
  public CompileOptions withBatches(List<Integer> value) {
    return new CompileOptions(
        output, force, target, sizes, value, dynamicOnly, check, cache, recipe, expectedLock);
  }

  /** Without or with specialised engines. */
  public CompileOptions withDynamicOnly(boolean value) {
    return new CompileOptions(
        output, force, target, sizes, batches, value, check, cache, recipe, expectedLock);
  }

  /** With or without the check. */
  public CompileOptions withCheck(boolean value) {
    return new CompileOptions(
        output, force, target, sizes, batches, dynamicOnly, value, cache, recipe, expectedLock);
  }

  /** With a cache. */
  public CompileOptions withCache(CacheOptions value) {
    return new CompileOptions(
        output,
        force,
        target,
        sizes,
        batches,
        dynamicOnly,
        check,
        Optional.of(value),
        recipe,
        expectedLock);
  }

  /** With what else decided the graphs. */
  public CompileOptions withRecipe(SortedMap<String, String> value) {
    return new CompileOptions(
        output, force, target, sizes, batches, dynamicOnly, check, cache, value, expectedLock);
  }

  /** With a lock the result must equal. */
  public CompileOptions withExpectedLock(Path value) {
    return new CompileOptions(
        output,
        force,
        target,
        sizes,
        batches,
        dynamicOnly,
        check,
        cache,
        recipe,
        Optional.of(value));
  }
}
