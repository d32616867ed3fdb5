package io.dopt.tensorrt.build;

import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.HardwareCompatibility;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.HardwareCompatibilityLevel;
import org.bytedeco.tensorrt.global.nvinfer.MemoryPoolType;
import org.bytedeco.tensorrt.global.nvinfer.ProfilingVerbosity;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;

/** Build options as settings of {@code IBuilderConfig}; all of them, none by itself. */
final class BuilderSettings {
  private BuilderSettings() {}

  static void apply(BuildOptions options, IBuilderConfig config) {
    config.setBuilderOptimizationLevel(options.optimizationLevel());
    options
        .workspaceBytes()
        .ifPresent(bytes -> config.setMemoryPoolLimit(MemoryPoolType.kWORKSPACE, bytes));
    // The report of what became of each layer needs names and tactics.
    config.setProfilingVerbosity(ProfilingVerbosity.kDETAILED);
    // It is on by itself, and would round the operands of what the network has in float32.
    config.clearFlag(BuilderFlag.kTF32);
    set(config, options.refit(), BuilderFlag.kREFIT);
    set(config, options.stripPlan(), BuilderFlag.kSTRIP_PLAN);
    set(config, options.weightStreaming(), BuilderFlag.kWEIGHT_STREAMING);
    set(config, options.versionCompatible(), BuilderFlag.kVERSION_COMPATIBLE);
    config.setHardwareCompatibilityLevel(level(options.hardwareCompatibility()));
  }

  private static void set(IBuilderConfig config, boolean wanted, BuilderFlag flag) {
    if (wanted) {
      config.setFlag(flag);
    }
  }

  private static HardwareCompatibilityLevel level(HardwareCompatibility compatibility) {
    return switch (compatibility) {
      case NONE -> HardwareCompatibilityLevel.kNONE;
      case AMPERE_PLUS -> HardwareCompatibilityLevel.kAMPERE_PLUS;
    };
  }
}
