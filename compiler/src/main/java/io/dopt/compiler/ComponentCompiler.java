package io.dopt.compiler;

import io.dopt.compiler.cache.CacheKey;
import io.dopt.compiler.cache.ComponentCache;
import io.dopt.compiler.lock.SourceHashes;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.Target;
import io.dopt.compiler.target.TargetPlan;
import io.dopt.ir.pipeline.Component;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.OutputFolder;
import io.dopt.tensor.Sha256;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Compiles one component into its folder of the output, or takes it from the cache. */
final class ComponentCompiler {
  private final Target target;
  private final TargetPlan plan;
  private final SourceHashes sources;
  private final Optional<ComponentCache> cache;
  private final OutputFolder output;
  private final boolean check;
  private final CompileListener listener;
  private final List<String> notices;
  private final String code;

  ComponentCompiler(
      Target target,
      TargetPlan plan,
      SourceHashes sources,
      CompileOptions options,
      OutputFolder output,
      CompileListener listener,
      List<String> notices) {
    this.target = target;
    this.plan = plan;
    this.sources = sources;
    this.cache = options.cache().map(ComponentCache::new);
    this.check = options.check();
    this.output = output;
    this.listener = listener;
    this.notices = notices;
    this.code = cache.isPresent() ? CodeHash.of(target) : "";
  }

  /**
   * Adds the component to {@code compiled} and says how that went.
   *
   * @throws DoptException (QUALITY) when a weight is not finite and the check is wanted
   */
  CompileSummary.ComponentSummary compile(
      String name, Component component, Map<String, CompiledComponent> compiled) {
    long started = System.nanoTime();
    Path folder = output.resolve(name + "/any").getParent();
    String structure = structure(name, component);
    Optional<CompiledComponent> cached = Optional.empty();
    if (cache.isPresent() && cache.get().mayHold(structure)) {
      cached = cache.get().fetch(key(structure, component), folder);
    }
    CompiledComponent result = cached.orElseGet(() -> compile(name, component, structure, folder));
    compiled.put(name, result);
    return new CompileSummary.ComponentSummary(
        name,
        component.parameters(),
        component.graph().nodes().size(),
        result.byteSize(),
        result.engines().size(),
        cached.isPresent(),
        Duration.ofNanos(System.nanoTime() - started),
        result.choices());
  }

  private CompiledComponent compile(
      String name, Component component, String structure, Path folder) {
    long total =
        component.graph().weights().values().stream()
            .mapToLong(weight -> weight.data().byteSize())
            .sum();
    listener.componentStarted(name, total);
    WatchedWeights watched = new WatchedWeights(component.graph());
    CompiledComponent result =
        target.compile(
            watched.graph(),
            plan.shapes().get(name).engines(),
            folder,
            bytes -> listener.bytesWritten(name, bytes));
    if (!watched.notFinite().isEmpty()) {
      if (check) {
        throw damaged(name, watched.notFinite());
      }
      // Not into the cache, where a compile with the check would take it.
      return result;
    }
    cache
        .flatMap(kept -> kept.store(key(structure, component), result, folder))
        .ifPresent(problem -> notices.add(name + " was not cached: " + problem));
    return result;
  }

  private static DoptException damaged(String name, Map<String, Long> notFinite) {
    Map.Entry<String, Long> first = notFinite.entrySet().iterator().next();
    return new DoptException(
        ErrorCode.QUALITY,
        String.format(
            Locale.ROOT,
            "The weights of the %s are damaged: '%s' is infinite or not a number at %,d of its"
                + " elements%s. Get the checkpoint anew. To get the bundle anyway, compile without"
                + " the check.",
            name,
            first.getKey(),
            first.getValue(),
            notFinite.size() == 1 ? "" : " (weights like this: " + notFinite.size() + ")"));
  }

  private CacheKey key(String structure, Component component) {
    return new CacheKey(structure, sources.contentHash(component));
  }

  private String structure(String name, Component component) {
    String text =
        String.join(
            "\n",
            DoptVersion.read(),
            code,
            target.name(),
            target.version(),
            plan.shapes().get(name).engines().toString(),
            sources.structureHash(component));
    return Sha256.of(text);
  }
}
