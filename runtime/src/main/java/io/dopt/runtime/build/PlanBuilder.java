package io.dopt.runtime.build;

import java.util.function.Consumer;

/**
 * Builds plans from ONNX on the machine that will run them. Found by {@link
 * java.util.ServiceLoader}; a dopt without GPU support has none.
 */
public interface PlanBuilder {
  /** The runtime that its plans are for, as in a manifest: {@code tensorrt}. */
  String runtime();

  /**
   * Looks at the machine.
   *
   * @throws io.dopt.tensor.DoptException (ENGINE) saying exactly what is missing: driver, GPU,
   *     library, or a version that does not fit
   */
  BuildHost host();

  /** Whether its plans, with these options, can be given other weights afterwards. */
  default boolean refittable(BuildOptions options) {
    return options.refit();
  }

  /**
   * Builds one plan in a process of its own, whose crash or limit ends the build and not this
   * process. Nothing is left at {@code request.plan()} when it fails; the log is kept.
   *
   * @param progress told a line now and then
   * @throws io.dopt.tensor.DoptException (UNSUPPORTED) when the builder cannot express a node,
   *     naming it; (ENGINE) when it fails, runs out of memory or time, or its process dies, with
   *     the last messages and where the log is; (INTERRUPTED) when this thread was interrupted
   */
  void build(PlanRequest request, Consumer<String> progress);
}
