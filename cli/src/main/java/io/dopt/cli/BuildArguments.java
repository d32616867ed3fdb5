package io.dopt.cli;

import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.tensor.DoptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How TensorRT plans are built; what is not given is as the package, or else TensorRT, has it. */
final class BuildArguments {
  @Option(
      names = "--optimization-level",
      paramLabel = "0..5",
      description = "How much is tried for speed: 0 builds soonest, 5 tries all (default 3).")
  private Integer optimizationLevel;

  @Option(
      names = "--workspace",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = "Scratch memory of the GPU a layer may take: 512MiB, 4GiB (default all).")
  private Long workspace;

  @Option(
      names = "--refit",
      negatable = true,
      description = "Plans whose weights can be replaced without a rebuild.")
  private Boolean refit;

  @Option(
      names = "--strip-plan",
      negatable = true,
      description = "Plans without weights, which are put in when they are loaded; needs --refit.")
  private Boolean stripPlan;

  @Option(
      names = "--weight-streaming",
      negatable = true,
      description = "Plans whose weights may stay in host memory.")
  private Boolean weightStreaming;

  @Option(
      names = "--version-compatible",
      negatable = true,
      description = "Plans that later TensorRT versions of the same major load, too.")
  private Boolean versionCompatible;

  @Option(
      names = "--hardware-compatibility",
      paramLabel = "none|ampere+",
      converter = Compatibility.class,
      description =
          "GPUs that load the plans: the kind they are built on (none, the default), or"
              + " Ampere and newer (ampere+), which is slower.")
  private HardwareCompatibility hardwareCompatibility;

  @Option(
      names = "--timing-cache",
      paramLabel = "FILE",
      description =
          "Where measured times of kernels are kept, so that the next build is quicker; in the cache"
              + " folder, by GPU, driver and version, when not given.")
  private Path timingCache;

  static final class Compatibility implements ITypeConverter<HardwareCompatibility> {
    @Override
    public HardwareCompatibility convert(String text) {
      try {
        return HardwareCompatibility.parse(text);
      } catch (DoptException e) {
        throw new TypeConversionException("it is none or ampere+, not '" + text + "'");
      }
    }
  }

  /**
   * The options that are given, and those of {@code base} that are not.
   *
   * @throws io.dopt.tensor.DoptException (USAGE) for options that are impossible, alone or together
   */
  BuildOptions options(BuildOptions base) {
    return new BuildOptions(
        optimizationLevel == null ? base.optimizationLevel() : optimizationLevel,
        workspace == null ? base.workspaceBytes() : OptionalLong.of(workspace),
        refit == null ? base.refit() : refit,
        stripPlan == null ? base.stripPlan() : stripPlan,
        weightStreaming == null ? base.weightStreaming() : weightStreaming,
        versionCompatible == null ? base.versionCompatible() : versionCompatible,
        hardwareCompatibility == null ? base.hardwareCompatibility() : hardwareCompatibility);
  }

  /** The file to keep times in, when one was named. It matters when plans are built only. */
  Optional<Path> timingCache() {
    return Optional.ofNullable(timingCache);
  }

  /** Names of the options that were given, in the order of the help. */
  List<String> given() {
    List<String> given = new ArrayList<>();
    addIf(given, "--optimization-level", optimizationLevel);
    addIf(given, "--workspace", workspace);
    addIf(given, "--refit", refit);
    addIf(given, "--strip-plan", stripPlan);
    addIf(given, "--weight-streaming", weightStreaming);
    addIf(given, "--version-compatible", versionCompatible);
    addIf(given, "--hardware-compatibility", hardwareCompatibility);
    addIf(given, "--timing-cache", timingCache);
    return given;
  }

  private static void addIf(List<String> names, String name, Object value) {
    if (value != null) {
      names.add(name);
    }
  }
}
