package io.dopt.runtime.engine;

/**
 * Loads the engines of one runtime. ONNX Runtime's is built in; others are found by {@link
 * java.util.ServiceLoader}, so that this module needs none of their libraries.
 */
public interface EngineProvider {
  /** The runtime as manifests name it, e.g. {@code tensorrt}. */
  String runtime();

  /**
   * Loads an engine.
   *
   * @throws io.dopt.tensor.DoptException (ENGINE) when it cannot be loaded on this machine, saying
   *     what is missing; (BAD_INPUT) when its tensors are not those of the manifest
   */
  Engine open(EngineSource source, EngineOptions options);
}
