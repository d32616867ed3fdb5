package io.dopt.tensorrt.engine;

import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanHost;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a plan can run on a host. TensorRT would find out too, but from the plan's content, after
 * reading all of it.
 *
 * @param computeCapability of the GPU here, e.g. {@code 9.0}
 * @param device its name
 * @param library TensorRT's version here, e.g. {@code 10.6.0}
 */
record PlanFit(String computeCapability, String device, String library) {
  private static final Pattern VERSION =
      Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(?:\\.(\\d{1,6}))?");
  private static final int AMPERE = 8;

  /**
   * Passes plans that this host can run.
   *
   * @param title the engine, for messages
   * @throws DoptException (ENGINE) for a plan of another GPU or TensorRT, saying which both are;
   *     (BAD_INPUT) when the plans' own version is malformed
   */
  void require(String title, PlanHost built, boolean hostCode) {
    if (!runsOnGpu(built)) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "%s was built on %s (compute capability %s)%s, and the GPU here is %s (%s). %s",
              title,
              built.device(),
              built.computeCapability(),
              built.hardwareCompatibility() == HardwareCompatibility.AMPERE_PLUS
                  ? " for Ampere and newer"
                  : "",
              device,
              computeCapability,
              "Build the package on this host: 'dopt build PACKAGE -o BUNDLE'."));
    }
    if (!loadsIn(title, built)) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "%s was built by TensorRT %s%s, and here is TensorRT %s. Build the package on this"
                  + " host ('dopt build PACKAGE -o BUNDLE'), or install that version.",
              title,
              built.library(),
              built.versionCompatible() ? " for it and later versions of its major" : "",
              library));
    }
    if (built.versionCompatible() && !hostCode) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "%s was built to be version compatible: it brings code that runs in this process."
                  + " Allow that with the engine setting %s=true if you trust where the bundle is"
                  + " from, or build without version compatibility.",
              title, TensorRtOptions.HOST_CODE));
    }
  }

  /** What to tell the user about a plan that runs, but was not built for just this GPU. */
  Optional<String> warning(String title, PlanHost built) {
    return built.device().equals(device)
        ? Optional.empty()
        : Optional.of(
            String.format(
                "%s was built on %s and runs on %s: it may be slower than one built here.",
                title, built.device(), device));
  }

  private boolean runsOnGpu(PlanHost built) {
    return switch (built.hardwareCompatibility()) {
      case NONE -> built.computeCapability().equals(computeCapability);
      case AMPERE_PLUS -> parts("the GPU here", computeCapability)[0] >= AMPERE;
    };
  }

  private boolean loadsIn(String title, PlanHost built) {
    if (built.library().equals(library)) {
      return true;
    }
    int[] theirs = parts(title, built.library());
    int[] ours = parts("TensorRT here", library);
    return built.versionCompatible()
        && theirs[0] == ours[0]
        && (ours[1] > theirs[1] || ours[1] == theirs[1] && ours[2] >= theirs[2]);
  }

  private static int[] parts(String title, String version) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format("%s: '%s' is not a version like 10.6.0.", title, version));
    }
    String patch = matcher.group(3);
    return new int[] {
      Integer.parseInt(matcher.group(1)),
      Integer.parseInt(matcher.group(2)),
      patch == null ? 0 : Integer.parseInt(patch)
    };
  }
}
