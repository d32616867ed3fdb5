package io.dopt.compiler.build;

import io.dopt.compiler.cache.CacheKey;
import io.dopt.compiler.cache.ComponentCache;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Has plans built, or takes them from the cache. */
final class PlanBuild {
  private final PlanBuilder builder;
  private final BuildHost host;
  private final BuildRequest request;
  private final BuildPlaces places;
  private final Optional<ComponentCache> cache;
  private final List<String> notices;

  PlanBuild(
      PlanBuilder builder,
      BuildHost host,
      BuildRequest request,
      BuildPlaces places,
      List<String> notices) {
    this.builder = builder;
    this.host = host;
    this.request = request;
    this.places = places;
    this.cache = request.cache().map(ComponentCache::new);
    this.notices = notices;
  }

  /** Whether the plan in {@code files} was there already; afterwards it is in any case. */
  boolean provide(String component, EngineFile engine, PlanFiles files, Consumer<String> progress) {
    CacheKey key =
        PlanKey.of(
            request.source(),
            request.source().bundle().component(component),
            engine,
            request.options(),
            host,
            builder.runtime());
    if (cache.isPresent() && files.fetch(cache.get(), key)) {
      return true;
    }
    String title = PlanName.title(engine.file());
    Path log = places.log(title, key);
    PlanRequest plan =
        new PlanRequest(
            title,
            request.source().bundle().file(engine.file()),
            request.source().profile(engine),
            request.options(),
            places.timingCache(),
            files.plan(),
            files.inspection(),
            log,
            request.memoryBytes(),
            request.timeLimit());
    try {
      builder.build(plan, progress);
    } catch (RuntimeException e) {
      places.releaseUnused(log);
      throw e;
    }
    requireWritten(title, files);
    keepLog(log, files.log());
    cache
        .flatMap(it -> files.store(it, key))
        .ifPresent(why -> notices.add("The plan of " + title + " was not cached: " + why));
    return false;
  }

  private static void requireWritten(String title, PlanFiles files) {
    for (Path file : List.of(files.plan(), files.inspection())) {
      if (!Files.isRegularFile(file)) {
        throw new DoptException(
            ErrorCode.INTERNAL,
            "The builder says that it built " + title + ", and wrote no " + file.getFileName());
      }
    }
  }

  /** Into the bundle; a copy elsewhere would only be wanted of a build that failed. */
  private void keepLog(Path log, Path place) {
    try {
      if (Files.isRegularFile(log)) {
        Files.copy(log, place);
        Files.delete(log);
      } else {
        Files.createFile(place);
      }
      places.release(log);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, log + " cannot be moved: " + e.getMessage() + ".", e);
    }
  }
}
