package io.dopt.runtime.engine;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How engines are run.
 *
 * @param threads threads of one operator; 0 for one per physical core that the process may use
 * @param sessionConfig further settings of the engine by its own key, e.g. ONNX Runtime's {@code
 *     session.disable_prepacking}
 * @param profileFolder where engines write a profile of their operators, when one is wanted
 */
public record EngineOptions(
    int threads, Map<String, String> sessionConfig, Optional<Path> profileFolder) {
  /** Keeps its own copy of the settings. */
  public EngineOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: " + threads);
    }
    sessionConfig = Map.copyOf(sessionConfig);
  }

  /** All cores, no further settings, no profile. */
  public static EngineOptions defaults() {
    return new EngineOptions(0, Map.of(), Optional.empty());
  }

  /** The number of threads that an engine gets: the given one, else one per physical core. */
  public int resolvedThreads() {
    return threads == 0 ? PhysicalCores.available() : threads;
  }

  /** These options with another number of threads. */
  public EngineOptions withThreads(int count) {
    return new EngineOptions(count, sessionConfig, profileFolder);
  }

  /** These options with a profile written below the folder. */
  public EngineOptions withProfile(Path folder) {
    return new EngineOptions(threads, sessionConfig, Optional.of(folder));
  }
}
