package io.dopt.tensorrt.build;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.runtime.bundle.BundleJson;
import java.nio.file.Path;

/**
 * What the process that builds is told, as a file: a request without what concerns its parent
 * alone.
 *
 * @param formatVersion always {@value #FORMAT_VERSION}
 * @param model the ONNX file
 * @param profile the shapes to build for
 * @param options how to build
 * @param timingCache the file of measured times
 * @param plan where to write the plan
 * @param inspection where to write what the engine inspector says
 */
record BuildOrder(
    int formatVersion,
    String model,
    OptimizationProfile profile,
    BuildOptions options,
    String timingCache,
    String plan,
    String inspection) {
  private static final int FORMAT_VERSION = 1;
  private static final long MAXIMUM_BYTES = 16L << 20;
  private static final ObjectMapper MAPPER = BundleJson.strict().build();

  /** The order for a request, whose plan goes to {@code plan} for now. */
  static BuildOrder of(PlanRequest request, Path plan) {
    return new BuildOrder(
        FORMAT_VERSION,
        request.model().toAbsolutePath().toString(),
        request.profile(),
        request.options(),
        request.timingCache().toAbsolutePath().toString(),
        plan.toAbsolutePath().toString(),
        request.inspection().toAbsolutePath().toString());
  }

  static BuildOrder read(Path file) {
    return BundleJson.read(
        MAPPER, file, BuildOrder.class, "an order to build", FORMAT_VERSION, MAXIMUM_BYTES);
  }

  byte[] toJson() {
    return BundleJson.write(MAPPER, this, "order to build");
  }
}
