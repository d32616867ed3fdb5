package io.dopt.runtime.engine;

import io.dopt.tensor.DoptException;
import java.util.List;
import java.util.Map;

/**
 * One compiled component, loaded and ready to be called. Threads may share it, each with calls of
 * its own; closing it releases its native memory and makes its calls unusable.
 */
public interface Engine extends AutoCloseable {
  /**
   * Allocates the buffers for calls of one shape.
   *
   * @param bindings the value of each of the component's symbols
   * @throws DoptException (BAD_INPUT) when a symbol is missing; (UNSUPPORTED) for a tensor of 2 GiB
   *     or more; (ENGINE) when the engine refuses
   */
  EngineCall prepare(Map<String, Long> bindings);

  /**
   * Ends the profile that {@link EngineOptions#profileFolder} started.
   *
   * @return time per node, longest first; empty when no profile was asked for
   * @throws DoptException (IO) when the engine's profile cannot be read
   */
  List<NodeTime> endProfile();

  /**
   * What the user should know of how it runs, e.g. that it is slower than it could be; each is told
   * once.
   */
  default List<String> takeWarnings() {
    return List.of();
  }

  @Override
  void close();
}
