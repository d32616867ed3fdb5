package io.dopt.cli;

import io.dopt.evals.feature.OnnxFeatures.Preparation;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The networks that look at images, for every command that measures some. */
final class FeatureArguments {
  private static final int CHANNELS = 3;

  @ArgGroup(exclusive = true)
  private Clip clip;

  private static final class Clip {
    @Option(
        names = "--clip",
        paramLabel = "PATH",
        description =
            "Score images by a CLIP: the folder of a CLIPModel of transformers, or a bundle of one."
                + " Not given: the CLIP in the bundle's clip/, if there is one.")
    private Path path;

    @Option(names = "--no-clip", description = "No CLIP score, also where the bundle has a CLIP.")
    private boolean none;
  }

  @Option(
      names = "--features",
      paramLabel = "FILE.onnx",
      description =
          "A network whose features perceptual and distribution distances are taken in: one input"
              + " [N, 3, H, W] of float32. Not given: those of the CLIP.")
  private Path features;

  @Option(
      names = "--features-size",
      paramLabel = "HxW",
      converter = ImageSizeConverter.class,
      description = "What images are stretched to for --features; the size of its input.")
  private ImageSize featuresSize;

  @Option(
      names = "--features-mean",
      split = ",",
      paramLabel = "R,G,B",
      description = "Subtracted from values in 0..1 for --features (default 0,0,0).")
  private List<Double> featuresMean = List.of();

  @Option(
      names = "--features-std",
      split = ",",
      paramLabel = "R,G,B",
      description = "Divided by for --features (default 1,1,1).")
  private List<Double> featuresStd = List.of();

  /**
   * Opens the networks; the caller closes them.
   *
   * @param bundle to be judged, for the CLIP it brings
   * @throws DoptException (USAGE) for options that do not go together; whatever opening throws
   */
  FeatureNetworks open(Path bundle, EngineOptions options) {
    requireFeatures();
    return FeatureNetworks.open(clip(bundle), network(), options);
  }

  private Optional<FeatureNetworks.Named> clip(Path bundle) {
    if (clip == null) {
      return FeatureNetworks.clipOf(Bundle.open(bundle));
    }
    return clip.none
        ? Optional.empty()
        : Optional.of(
            new FeatureNetworks.Named(
                clip.path, "CLIP " + clip.path.toAbsolutePath().normalize().getFileName()));
  }

  private Optional<FeatureNetworks.OnnxFile> network() {
    return Optional.ofNullable(features)
        .map(
            file ->
                new FeatureNetworks.OnnxFile(
                    file,
                    new Preparation(
                        Optional.ofNullable(featuresSize),
                        perChannel("--features-mean", featuresMean, Preparation.NONE.mean()),
                        perChannel("--features-std", featuresStd, Preparation.NONE.deviation()))));
  }

  private static List<Double> perChannel(String name, List<Double> given, List<Double> absent) {
    boolean divisor = name.endsWith("std");
    boolean usable =
        given.stream().allMatch(value -> Double.isFinite(value) && (value != 0 || !divisor));
    if (!given.isEmpty() && (given.size() != CHANNELS || !usable)) {
      throw new DoptException(
          ErrorCode.USAGE,
          String.format(
              "%s %s: three finite numbers%s, one per channel, are needed.",
              name, given, divisor ? " other than zero" : ""));
    }
    return given.isEmpty() ? absent : given;
  }

  private void requireFeatures() {
    boolean prepared = featuresSize != null || !featuresMean.isEmpty() || !featuresStd.isEmpty();
    if (prepared && features == null) {
      throw new DoptException(
          ErrorCode.USAGE,
          "--features-size, --features-mean and --features-std say how images are prepared for"
              + " --features, which is not given.");
    }
  }
}
