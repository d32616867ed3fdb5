package io.dopt.cli;

import io.dopt.runtime.engine.Engine;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.EngineProvider;
import io.dopt.runtime.engine.EngineSource;
import io.dopt.runtime.engine.HostDenoisingLoop;
import io.dopt.runtime.engine.NodeTime;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import java.util.List;
import java.util.Map;

/** ONNX Runtime's engines, whose calls run denoising loops as an engine on a device does. */
public final class LoopingProvider implements EngineProvider {
  /** What manifests name it. */
  public static final String RUNTIME = "looping";

  @Override
  public String runtime() {
    return RUNTIME;
  }

  @Override
  public Engine open(EngineSource source, EngineOptions options) {
    Engine engine =
        OnnxRuntimeEngine.open(source.component(), source.signature(), source.file(), options);
    return new Engine() {
      @Override
      public EngineCall prepare(Map<String, Long> bindings) {
        return new HostDenoisingLoop(engine.prepare(bindings));
      }

      @Override
      public List<NodeTime> endProfile() {
        return engine.endProfile();
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }
}
