package io.dopt.compiler;

import java.time.Duration;

/** Hears how a compile proceeds; all methods are called from the compiling thread. */
public interface CompileListener {
  /** Hears nothing. */
  CompileListener NONE = new CompileListener() {};

  /**
   * A component's engines are about to be written.
   *
   * @param totalBytes of its weights
   */
  default void componentStarted(String component, long totalBytes) {}

  /** So many bytes more of the weights are written. */
  default void bytesWritten(String component, long bytes) {}

  /** A component is done. */
  default void componentFinished(CompileSummary.ComponentSummary summary) {}

  /** A stage is done: {@code plan, components, manifest, check, review, commit}. */
  default void stageFinished(String stage, Duration duration) {}
}
