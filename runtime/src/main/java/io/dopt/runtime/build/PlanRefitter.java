package io.dopt.runtime.build;

import java.nio.file.Path;

/**
 * Gives plans other weights without building them again. Found by {@link java.util.ServiceLoader};
 * a dopt without GPU support has none.
 */
public interface PlanRefitter {
  /** The runtime of its plans, as in a manifest: {@code tensorrt}. */
  String runtime();

  /**
   * Writes a plan with other weights, on the machine that the plan is for.
   *
   * @param title what to call it in messages
   * @param plan that was built to be refitted; unchanged since it was built
   * @param host what it was built on
   * @param model the ONNX file of the weights, of the same graph, with its external data where it
   *     says
   * @param output the file to write; nothing is left there when it fails
   * @throws io.dopt.tensor.DoptException (UNSUPPORTED) when the plan was not built to be refitted;
   *     (BAD_INPUT) when the model does not fit it; (ENGINE) when this machine cannot run the plan,
   *     or refitting fails
   */
  void refit(String title, Path plan, PlanHost host, Path model, Path output);
}
