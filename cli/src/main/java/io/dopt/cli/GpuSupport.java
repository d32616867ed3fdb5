package io.dopt.cli;

import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanBuilders;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/** Whether this dopt on this machine can build plans for TensorRT, and what is missing. */
final class GpuSupport {
  static final String WITHOUT =
      "This dopt was built without GPU support (./mvnw -Pgpu package; docs/gpu.md).";

  private GpuSupport() {}

  /**
   * The builder, after a look at the machine.
   *
   * @throws DoptException (ENGINE) saying what is missing, and that a package needs none of it
   */
  static PlanBuilder require() {
    PlanBuilder builder =
        PlanBuilders.find(TensorRtTarget.NAME)
            .orElseThrow(() -> refused(WITHOUT.substring(0, WITHOUT.length() - 1), null));
    host(builder);
    return builder;
  }

  /**
   * The builder; whether the machine has all it needs is for it to say.
   *
   * @throws DoptException (ENGINE) when this dopt has none
   */
  static PlanBuilder builder() {
    return PlanBuilders.find(TensorRtTarget.NAME)
        .orElseThrow(() -> new DoptException(ErrorCode.ENGINE, WITHOUT));
  }

  private static BuildHost host(PlanBuilder builder) {
    try {
      return builder.host();
    } catch (DoptException e) {
      if (e.getMessage().contains("--portable")) {
        throw e;
      }
      throw refused(e.getMessage().replaceAll("\\.$", ""), e);
    }
  }

  private static DoptException refused(String what, DoptException cause) {
    return new DoptException(
        ErrorCode.ENGINE,
        what
            + ". With --portable, 'dopt compile' writes a build package here, of which 'dopt build'"
            + " makes plans on a machine with a GPU.",
        cause);
  }
}
