package io.dopt.runtime.engine;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The engines of a bundle's components. An engine is loaded when a call first needs it and kept
 * until this is closed; threads may share it.
 */
public final class ComponentEngines implements AutoCloseable {
  /** Looked for once: the class path stays as it is. */
  private static final EngineProviders PROVIDERS = EngineProviders.standard();

  private final Bundle bundle;
  private final EngineOptions options;

  /** By engine file, in the order of loading. */
  private final Map<String, Engine> engines = new LinkedHashMap<>();

  private boolean closed;

  /** Loads nothing yet. */
  public ComponentEngines(Bundle bundle, EngineOptions options) {
    this.bundle = bundle;
    this.options = options;
  }

  /** The bundle whose engines these are. */
  public Bundle bundle() {
    return bundle;
  }

  /**
   * Prepares calls of a component with the given symbol values: with the engine specialised for
   * them, else with the dynamic one. The caller closes the call.
   *
   * @throws DoptException (USAGE) when the bundle has no such component, or a value is missing or
   *     outside its range; (UNSUPPORTED) when no engine takes the shape; (ENGINE) when it cannot be
   *     loaded
   */
  public EngineCall prepare(String component, Map<String, Long> bindings) {
    ComponentManifest manifest = bundle.component(component);
    requireInRange(component, manifest, bindings);
    EngineFile file =
        select(manifest, bindings).orElseThrow(() -> noEngine(component, manifest, bindings));
    return engine(component, file).prepare(bindings);
  }

  private DoptException noEngine(
      String component, ComponentManifest manifest, Map<String, Long> bindings) {
    List<String> runtimes =
        manifest.engines().stream().map(EngineFile::runtime).distinct().sorted().toList();
    if (runtimes.stream().noneMatch(runtime -> PROVIDERS.of(runtime).isPresent())) {
      return new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "The engines of %s in %s are for %s, which this dopt was built without. Build it with"
                  + " its GPU support (./mvnw -Pgpu -DskipTests package; docs/gpu.md), or compile with --target"
                  + " cpu.",
              component, bundle.folder(), String.join(", ", runtimes)));
    }
    return new DoptException(
        ErrorCode.UNSUPPORTED,
        String.format(
            "The bundle %s has no engine of %s for %s; it has %s. Compile with that size and batch,"
                + " or with --dynamic.",
            bundle.folder(),
            component,
            bindings,
            manifest.engines().stream().map(EngineFile::bindings).toList()));
  }

  /**
   * The engine for the given symbol values: the one specialised for them, else the dynamic one.
   * Engines of runtimes that are not here are passed over.
   */
  Optional<EngineFile> select(ComponentManifest manifest, Map<String, Long> bindings) {
    List<EngineFile> known =
        manifest.engines().stream()
            .filter(engine -> PROVIDERS.of(engine.runtime()).isPresent())
            .toList();
    return known.stream()
        .filter(engine -> engine.bindings().equals(bindings))
        .findFirst()
        .or(() -> known.stream().filter(EngineFile::isDynamic).findFirst());
  }

  /**
   * Ends the profiles of all engines of a component loaded so far.
   *
   * @return time per node by engine file, longest first; empty without a profile
   */
  public synchronized Map<String, List<NodeTime>> endProfiles(String component) {
    Map<String, List<NodeTime>> profiles = new LinkedHashMap<>();
    for (EngineFile file : bundle.component(component).engines()) {
      Optional.ofNullable(engines.get(file.file()))
          .ifPresent(engine -> profiles.put(file.file(), engine.endProfile()));
    }
    return profiles;
  }

  /** What the loaded engines have to say to the user; each of it once. */
  public synchronized List<String> takeWarnings() {
    return engines.values().stream().flatMap(engine -> engine.takeWarnings().stream()).toList();
  }

  private static void requireInRange(
      String component, ComponentManifest manifest, Map<String, Long> bindings) {
    manifest
        .symbols()
        .forEach(
            (symbol, range) -> {
              Long value = bindings.get(symbol);
              if (value == null || !range.contains(value)) {
                throw new DoptException(
                    ErrorCode.USAGE,
                    String.format(
                        "%s takes %s from %d to %d%s, but the call has %s.",
                        component,
                        symbol,
                        range.minimum(),
                        range.maximum(),
                        multiple(range),
                        value == null ? "none" : value));
              }
            });
  }

  private static String multiple(SymbolRange range) {
    return range.multipleOf() == 1 ? "" : " in multiples of " + range.multipleOf();
  }

  private synchronized Engine engine(String component, EngineFile file) {
    if (closed) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          "The engines of " + bundle.folder() + " were closed and are used again.");
    }
    Engine loaded = engines.get(file.file());
    if (loaded == null) {
      loaded =
          PROVIDERS
              .of(file.runtime())
              .orElseThrow()
              .open(new EngineSource(bundle, component, file), options);
      engines.put(file.file(), loaded);
    }
    return loaded;
  }

  /** Closes the loaded engines, the last one first. */
  @Override
  public synchronized void close() {
    closed = true;
    List<Engine> reversed = new ArrayList<>(engines.values());
    Collections.reverse(reversed);
    engines.clear();
    DoptException failure = null;
    for (Engine engine : reversed) {
      try {
        engine.close();
      } catch (DoptException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
