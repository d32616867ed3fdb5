package io.dopt.tensorrt.build;

import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.ShapeRange;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.library.Dimensions;
import java.util.List;
import java.util.TreeSet;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.ITensor;

/** Tells TensorRT which shapes to build for, and holds the network's own shapes against them. */
final class EngineProfile {
  private static final long DYNAMIC = -1;

  private EngineProfile() {}

  /**
   * Adds the profile where the network leaves a dimension open; a network of fixed shapes needs
   * none.
   *
   * @throws DoptException (BAD_INPUT) when inputs and profile do not belong together; (ENGINE) when
   *     TensorRT refuses it
   */
  static void add(
      IBuilder builder,
      INetworkDefinition network,
      IBuilderConfig config,
      OptimizationProfile profile) {
    IOptimizationProfile shapes = builder.createOptimizationProfile();
    TreeSet<String> unused = new TreeSet<>(profile.inputs().keySet());
    boolean dynamic = false;
    for (int i = 0; i < network.getNbInputs(); i++) {
      ITensor input = network.getInput(i);
      String name = input.getName();
      List<Long> declared = Dimensions.of(input.getDimensions());
      ShapeRange range = profile.inputs().get(name);
      unused.remove(name);
      requireFit(name, declared, range);
      if (declared.contains(DYNAMIC)) {
        dynamic = true;
        set(shapes, name, OptProfileSelector.kMIN, range.minimum());
        set(shapes, name, OptProfileSelector.kOPT, range.optimum());
        set(shapes, name, OptProfileSelector.kMAX, range.maximum());
      }
    }
    if (!unused.isEmpty()) {
      throw misfit("it has no input '" + unused.first() + "', of which the profile speaks");
    }
    if (dynamic && (!shapes.isValid() || config.addOptimizationProfile(shapes) < 0)) {
      throw new DoptException(
          ErrorCode.ENGINE, "TensorRT refuses the optimization profile " + profile + ".");
    }
  }

  /** The fixed dimensions have to be those of the profile. */
  static void requireFit(String name, List<Long> declared, ShapeRange range) {
    if (range == null) {
      throw misfit("the profile lacks its input '" + name + "'");
    }
    boolean fits = declared.size() == range.optimum().size();
    for (int axis = 0; fits && axis < declared.size(); axis++) {
      long size = declared.get(axis);
      fits =
          size == DYNAMIC || size == range.minimum().get(axis) && size == range.maximum().get(axis);
    }
    if (!fits) {
      throw misfit(
          String.format(
              "its input '%s' is %s, the profile has %s to %s",
              name, declared, range.minimum(), range.maximum()));
    }
  }

  private static DoptException misfit(String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        "The ONNX file and its profile do not belong together: " + what + ". Compile again.");
  }

  private static void set(
      IOptimizationProfile profile, String name, OptProfileSelector which, List<Long> shape) {
    if (!profile.setDimensions(name, which, Dimensions.of(shape))) {
      throw new DoptException(
          ErrorCode.ENGINE, "TensorRT refuses the shape " + shape + " of '" + name + "'.");
    }
  }
}
