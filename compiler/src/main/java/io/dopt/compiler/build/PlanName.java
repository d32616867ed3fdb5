package io.dopt.compiler.build;

import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.HardwareCompatibility;

/**
 * What files of a plan are called: after the ONNX file and what they run on, so that nobody takes
 * one for another's.
 *
 * @param stem {@code unet/batch2_height8_width8_sequence24.sm90-trt10.6.0}
 */
record PlanName(String stem) {
  private static final String ONNX = ".onnx";
  private static final String FOLDER = "build/";

  static PlanName of(String onnx, BuildHost host, BuildOptions options) {
    String base = onnx.endsWith(ONNX) ? onnx.substring(0, onnx.length() - ONNX.length()) : onnx;
    boolean ampere = options.hardwareCompatibility() == HardwareCompatibility.AMPERE_PLUS;
    String gpu = ampere ? "sm80plus" : "sm" + host.computeCapability().replace(".", "");
    return new PlanName(base + "." + gpu + "-trt" + host.library());
  }

  /** The plan. */
  String plan() {
    return stem + ".plan";
  }

  /** The ONNX file of a plan without weights, which the runtime looks for beside the plan. */
  String model() {
    return stem + ONNX;
  }

  /** What the inspector says of it. */
  String inspection() {
    return FOLDER + stem + ".inspector.json";
  }

  /** What the builder said. */
  String log() {
    return FOLDER + stem + ".log";
  }

  /** For messages: {@code unet/batch2_height8_width8_sequence24}. */
  static String title(String onnx) {
    return onnx.endsWith(ONNX) ? onnx.substring(0, onnx.length() - ONNX.length()) : onnx;
  }
}
