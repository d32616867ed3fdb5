package io.dopt.runtime.engine;

import io.dopt.runtime.build.BuildPackage;
import java.util.Collections;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The runtimes there are here, by name. */
final class EngineProviders {
  private final SortedMap<String, EngineProvider> providers;

  private EngineProviders(SortedMap<String, EngineProvider> providers) {
    this.providers = Collections.unmodifiableSortedMap(providers);
  }

  /** ONNX Runtime, and whatever the class path offers. */
  static EngineProviders standard() {
    SortedMap<String, EngineProvider> found = new TreeMap<>();
    for (EngineProvider provider : ServiceLoader.load(EngineProvider.class)) {
      found.put(provider.runtime(), provider);
    }
    found.put(OnnxRuntimeEngine.RUNTIME, new OnnxRuntimeProvider(OnnxRuntimeEngine.RUNTIME));
    found.put(BuildPackage.RUNTIME, new ImitationProvider());
    return new EngineProviders(found);
  }

  Optional<EngineProvider> of(String runtime) {
    return Optional.ofNullable(providers.get(runtime));
  }

  private record OnnxRuntimeProvider(String runtime) implements EngineProvider {
    @Override
    public Engine open(EngineSource source, EngineOptions options) {
      return OnnxRuntimeEngine.open(source.component(), source.signature(), source.file(), options);
    }
  }
}
