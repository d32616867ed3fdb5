package io.dopt.compiler.build;

import io.dopt.compiler.cache.CacheOptions;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What to build, and within which limits.
 *
 * @param source the package
 * @param output the bundle to write
 * @param force whether a bundle that is there may be replaced
 * @param options how to build, in place of the package's own
 * @param cache where plans, measured times and logs are kept; without one, nothing is
 * @param timingCache where measured times are kept instead
 * @param memoryBytes host memory one build may take
 * @param timeLimit how long one build may take
 */
public record BuildRequest(
    BuildPackage source,
    Path output,
    boolean force,
    BuildOptions options,
    Optional<CacheOptions> cache,
    Optional<Path> timingCache,
    long memoryBytes,
    Duration timeLimit) {
  /** Half a day: the largest networks take hours at the highest level. */
  public static final Duration DEFAULT_TIME_LIMIT = Duration.ofHours(12);

  /** A build as the package wants it, without a cache. */
  public static BuildRequest of(BuildPackage source, Path output) {
    return new BuildRequest(
        source,
        output,
        false,
        source.specification().options(),
        Optional.empty(),
        Optional.empty(),
        Long.MAX_VALUE,
        DEFAULT_TIME_LIMIT);
  }

  /** With a bundle that is there replaced, or not. */
  public BuildRequest withForce(boolean value) {
    return new BuildRequest(
        source, output, value, options, cache, timingCache, memoryBytes, timeLimit);
  }

  /** With other options. */
  public BuildRequest withOptions(BuildOptions value) {
    return new BuildRequest(
        source, output, force, value, cache, timingCache, memoryBytes, timeLimit);
  }

  /** With a cache. */
  public BuildRequest withCache(CacheOptions value) {
    return new BuildRequest(
        source, output, force, options, Optional.of(value), timingCache, memoryBytes, timeLimit);
  }

  /** With measured times kept in a file of the user's. */
  public BuildRequest withTimingCache(Path value) {
    return new BuildRequest(
        source, output, force, options, cache, Optional.of(value), memoryBytes, timeLimit);
  }

  /** With limits of each build. */
  public BuildRequest withLimits(long bytes, Duration time) {
    return new BuildRequest(source, output, force, options, cache, timingCache, bytes, time);
  }
}
