package io.dopt.tensorrt.engine;

import io.dopt.runtime.engine.Engine;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.EngineProvider;
import io.dopt.runtime.engine.EngineSource;

/** Loads TensorRT plans; found by {@link java.util.ServiceLoader}. */
public final class TensorRtEngineProvider implements EngineProvider {
  /** The name of this runtime in a manifest. */
  public static final String RUNTIME = "tensorrt";

  /** Touches nothing native. */
  public TensorRtEngineProvider() {}

  @Override
  public String runtime() {
    return RUNTIME;
  }

  @Override
  public Engine open(EngineSource source, EngineOptions options) {
    return TensorRtEngine.open(source, options);
  }
}
