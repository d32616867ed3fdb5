package io.dopt.runtime.build;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How plans are built. Each is the setting of TensorRT's {@code IBuilderConfig} of that name.
 *
 * @param optimizationLevel 0 (fast to build) to 5 (every tactic is tried)
 * @param workspaceBytes the most scratch memory a tactic may take; empty for the device's
 * @param refit whether weights can be replaced without a rebuild
 * @param stripPlan whether weights are left out of the plan, to be refitted at load; needs refit
 * @param weightStreaming whether weights may stay in host memory and be streamed
 * @param versionCompatible whether later TensorRT versions of the same major can load it
 * @param hardwareCompatibility which GPUs can load it
 */
public record BuildOptions(
    int optimizationLevel,
    OptionalLong workspaceBytes,
    boolean refit,
    boolean stripPlan,
    boolean weightStreaming,
    boolean versionCompatible,
    HardwareCompatibility hardwareCompatibility) {
  /**
   * @throws DoptException (USAGE) for a level or size out of range, or a stripped plan that cannot
   *     be refitted
   */
  public BuildOptions {
    if (optimizationLevel < 0 || optimizationLevel > 5) {
      throw new DoptException(
          ErrorCode.USAGE, "The optimization level is 0 to 5, not " + optimizationLevel + ".");
    }
    if (workspaceBytes.isPresent() && workspaceBytes.getAsLong() < 1) {
      throw new DoptException(
          ErrorCode.USAGE, "The workspace is 1 byte or more, not " + workspaceBytes.getAsLong());
    }
    if (stripPlan && !refit) {
      throw new DoptException(
          ErrorCode.USAGE,
          "A stripped plan gets its weights by refitting: ask for refit too, or for neither.");
    }
  }

  /** TensorRT's defaults: level 3, the device's workspace, for this GPU and version only. */
  public static BuildOptions defaults() {
    return new BuildOptions(
        3, OptionalLong.empty(), false, false, false, false, HardwareCompatibility.NONE);
  }

  /** What differs from a plain build, and the level: {@code level 5, refit}. */
  public String text() {
    List<String> parts = new ArrayList<>();
    parts.add("level " + optimizationLevel);
    workspaceBytes.ifPresent(bytes -> parts.add("workspace " + bytes + " bytes"));
    addIf(parts, "refit", refit);
    addIf(parts, "strip-plan", stripPlan);
    addIf(parts, "weight-streaming", weightStreaming);
    addIf(parts, "version-compatible", versionCompatible);
    addIf(
        parts,
        "hardware-compatibility " + hardwareCompatibility.text(),
        hardwareCompatibility != HardwareCompatibility.NONE);
    return String.join(", ", parts);
  }

  private static void addIf(List<String> parts, String part, boolean given) {
    if (given) {
      parts.add(part);
    }
  }
}
