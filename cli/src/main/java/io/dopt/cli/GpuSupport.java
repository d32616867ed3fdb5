package io.dopt.cli;

import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanBuilders;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/** Whether this dopt on this machine can build plans for TensorRT, and what is missing. */
final class GpuSupport {
  /** How to get a dopt with GPU support. */
  static final String WITHOUT =
      "This dopt was built without GPU support: './mvnw -Pgpu -DskipTests package' adds it and"
          + " downloads 1.09 GB (docs/gpu.md).";

  private static final String PORTABLE =
      "With --portable, 'dopt compile' writes a build package here, of which 'dopt build' makes plans"
          + " on a machine with a GPU.";
  private static final String ELSEWHERE =
      "Take the package to the GPU host ('dopt deploy --to tar' packs it) and run 'dopt build'"
          + " there.";

  private GpuSupport() {}

  /**
   * The builder for a checkpoint, after a look at the machine.
   *
   * @throws DoptException (ENGINE) saying what is missing, and that a package needs none of it
   */
  static PlanBuilder toCompile() {
    return require(PORTABLE);
  }

  /**
   * The builder for a package, after a look at the machine.
   *
   * @throws DoptException (ENGINE) saying what is missing, and where the package is to be built
   */
  static PlanBuilder toBuildPackage() {
    return require(ELSEWHERE);
  }

  private static PlanBuilder require(String advice) {
    PlanBuilder builder =
        PlanBuilders.find(TensorRtTarget.NAME)
            .orElseThrow(
                () ->
                    new DoptException(
                        ErrorCode.ENGINE, WITHOUT + " " + Machine.gpuParts() + " " + advice));
    try {
      builder.host();
    } catch (DoptException e) {
      throw new DoptException(e.code(), e.getMessage() + " " + advice, e);
    }
    return builder;
  }
}
