package io.dopt.cli;

import io.dopt.runtime.engine.Engine;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.EngineProvider;
import io.dopt.runtime.engine.EngineSource;
import io.dopt.runtime.engine.NodeTime;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.runtime.engine.TensorBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ONNX Runtime's engines, which no interrupt stops within a step either. A step waits at a gate:
 * files in a folder that tell what goes on.
 */
public final class GatedProvider implements EngineProvider {
  /** What manifests name it. */
  public static final String RUNTIME = "gated";

  /** The setting that has the folder. */
  static final String FOLDER = "gated.folder";

  /** Steps go on once it is there. */
  static final String GO = "go";

  /** There while a step is under way. */
  static final String STEPPING = "stepping";

  /** There once a step's thread was interrupted. */
  static final String INTERRUPTED = "interrupted";

  /** There once an engine was closed under a step. */
  static final String CLOSED_IN_USE = "closed-in-use";

  @Override
  public String runtime() {
    return RUNTIME;
  }

  @Override
  public Engine open(EngineSource source, EngineOptions options) {
    Path folder = Path.of(options.sessionConfig().get(FOLDER));
    Engine engine =
        OnnxRuntimeEngine.open(
            source.component(),
            source.signature(),
            source.file(),
            new EngineOptions(options.threads(), Map.of(), Optional.empty()));
    return new Engine() {
      @Override
      public EngineCall prepare(Map<String, Long> bindings) {
        return new GatedCall(folder, engine.prepare(bindings));
      }

      @Override
      public List<NodeTime> endProfile() {
        return engine.endProfile();
      }

      @Override
      public void close() {
        if (Files.exists(folder.resolve(STEPPING))) {
          put(folder, CLOSED_IN_USE); // and left open: the step would read freed memory
          return;
        }
        engine.close();
      }
    };
  }

  static void put(Path folder, String name) {
    try {
      Files.write(folder.resolve(name), new byte[0]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private record GatedCall(Path folder, EngineCall call) implements EngineCall {
    @Override
    public TensorBuffer input(String name) {
      return call.input(name);
    }

    @Override
    public TensorBuffer output(String name) {
      return call.output(name);
    }

    @Override
    public void run() {
      boolean interrupted = Thread.interrupted(); // which would keep files from being written
      put(folder, STEPPING);
      while (!Files.exists(folder.resolve(GO))) {
        try {
          Thread.sleep(5);
        } catch (InterruptedException e) {
          interrupted = true;
          put(folder, INTERRUPTED);
        }
      }
      call.run();
      try {
        Files.delete(folder.resolve(STEPPING));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      call.close();
    }
  }
}
