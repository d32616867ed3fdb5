package io.dopt.cli;

import io.dopt.compiler.Targets;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.QuantizationScheme;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code dopt compile} compiles for. What the target has no use for is refused by name. */
final class TargetArguments {
  private static final List<String> COMPUTE_TYPES = List.of("f32", "f16", "bf16");

  @Option(
      names = "--target",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "What to compile for: cpu (ONNX Runtime, default) or tensorrt.")
  private String name;

  @Option(
      names = "--portable",
      description =
          "For tensorrt: write a build package, of which 'dopt build' makes plans on the GPU host.")
  private boolean portable;

  @Option(
      names = "--compute-type",
      paramLabel = "TYPE",
      description =
          "For tensorrt: what layers that are not quantized compute in: f16 (default), bf16, f32.")
  private String computeType;

  @Mixin private BuildArguments build;

  /** Name of the target. */
  String name() {
    return name;
  }

  /** Whether plans of TensorRT are wanted, now or later. */
  boolean isTensorRt() {
    return name.equals(TensorRtTarget.NAME);
  }

  /** Whether a build package is wanted, and no plans. */
  boolean isPortable() {
    return portable;
  }

  /** How the target quantizes. */
  QuantizationScheme scheme() {
    return QuantizationScheme.ofTarget(name);
  }

  /** How plans are built. */
  BuildArguments build() {
    return build;
  }

  /**
   * Refuses what the target has no use for.
   *
   * @param precision that was asked for by name; a float says what all layers compute in
   * @param locked whether the result must equal a lock
   * @throws DoptException (USAGE) naming it
   */
  void requireEffect(Optional<Precision> precision, boolean locked) {
    Targets.standard().get(name);
    if (!isTensorRt()) {
      if (portable) {
        throw inert("--portable", "--target " + name + " needs no second stage");
      }
      if (computeType != null) {
        throw inert("--compute-type", "--target " + name + " computes in f32");
      }
      if (!build.given().isEmpty()) {
        throw inert(build.given().get(0), "--target " + name + " builds no plans");
      }
      return;
    }
    if (locked && !portable) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--locked does not go with plans, whose kernels are chosen by time and not twice the same."
              + " Lock the build package, with --portable.");
    }
    if (portable && build.timingCache().isPresent()) {
      throw inert("--timing-cache", "--portable builds nothing; give it to 'dopt build'");
    }
    if (computeType != null && !COMPUTE_TYPES.contains(computeType)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--compute-type is " + String.join(", ", COMPUTE_TYPES) + ", not '" + computeType + "'.");
    }
    if (computeType != null && precision.filter(TargetArguments::isFloat).isPresent()) {
      throw inert("--compute-type", "--precision " + precision.get().text() + " says it");
    }
    build.options(BuildOptions.defaults());
  }

  private static DoptException inert(String option, String reason) {
    return new DoptException(
        ErrorCode.USAGE, option + " would have no effect: " + reason + ". Leave it out.");
  }

  private static boolean isFloat(Precision precision) {
    return precision.weightFormat().isEmpty();
  }

  /** What layers that are not quantized compute in. */
  ElementType computeType(Optional<Precision> precision) {
    if (!isTensorRt()) {
      return ElementType.FLOAT32;
    }
    return precision
        .filter(TargetArguments::isFloat)
        .map(Precision::text)
        .or(() -> Optional.ofNullable(computeType))
        .flatMap(ElementType::ofText)
        .orElse(ElementType.FLOAT16);
  }

  /** The targets, with that of TensorRT as it is asked for. */
  Targets targets(Optional<Precision> precision) {
    return isTensorRt()
        ? Targets.with(
            new TensorRtTarget(computeType(precision), build.options(BuildOptions.defaults())))
        : Targets.standard();
  }

  /**
   * What builds the plans; empty when none are to be built here.
   *
   * @throws DoptException (ENGINE) when they cannot be, saying what is missing
   */
  Optional<PlanBuilder> builder() {
    return isTensorRt() && !portable ? Optional.of(GpuSupport.toCompile()) : Optional.empty();
  }
}
