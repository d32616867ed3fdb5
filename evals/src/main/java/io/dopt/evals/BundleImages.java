package io.dopt.evals;

import io.dopt.evals.report.Subject;
import io.dopt.evals.resource.EnergyMeter;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.runtime.pipeline.GeneratedImage;
import io.dopt.runtime.pipeline.GenerationListener;
import io.dopt.runtime.pipeline.GenerationResult;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Images that a bundle generates, one at a time. */
final class BundleImages implements ImageSource {
  /** Beside the name of a build package, wherever its times are shown. */
  private static final String IMITATED = " (imitated on the CPU: its times mean nothing)";

  private final DiffusionPipeline pipeline;
  private final Subject subject;
  private final Sampling sampling;
  private final Consumer<String> warnings;
  private final EnergyMeter energy = EnergyMeter.ofThisMachine();

  private BundleImages(
      DiffusionPipeline pipeline, Subject subject, Sampling sampling, Consumer<String> warnings) {
    this.pipeline = pipeline;
    this.subject = subject;
    this.sampling = sampling;
    this.warnings = warnings;
  }

  /**
   * Opens the pipeline of a bundle.
   *
   * @param label for readers
   * @param path as the user gave it
   * @param sampling with the number of steps filled in
   * @param warnings told of what the pipeline warns of
   */
  static BundleImages open(
      Subject.Kind kind,
      String label,
      Path path,
      Bundle bundle,
      int threads,
      Sampling sampling,
      Consumer<String> warnings) {
    EngineOptions options = EngineOptions.defaults().withThreads(threads);
    Subject subject =
        new Subject(
            kind,
            BuildPackage.isPackage(bundle) ? label + IMITATED : label,
            path.toString(),
            Optional.of(bundle.manifest().pipeline()),
            Optional.of(manifestHash(bundle)),
            Optional.of(options.resolvedThreads()));
    return new BundleImages(DiffusionPipeline.open(bundle, options), subject, sampling, warnings);
  }

  @Override
  public Subject subject() {
    return subject;
  }

  @Override
  public void warmUp() {
    pipeline.generate(sampling.generation("", 0, Math.min(2, steps())));
  }

  @Override
  public SourcedImage image(int index, String prompt, long seed) {
    Optional<EnergyMeter.Reading> before = energy.read();
    List<float[]> latents = new ArrayList<>();
    GenerationResult result =
        pipeline.generate(
            sampling.generation(prompt, seed, steps()),
            new GenerationListener() {
              @Override
              public void latents(int step, int steps, float[] sample, int images) {
                latents.add(sample.clone());
              }

              @Override
              public void warning(String message) {
                warnings.accept("Sample " + index + ": " + message);
              }
            });
    Optional<Double> joules =
        before.flatMap(start -> energy.read().flatMap(end -> energy.joules(start, end)));
    GeneratedImage image = result.images().get(0);
    return new SourcedImage(
        image.image(), false, image.pngText(), latents, Optional.of(result.timings()), joules);
  }

  private int steps() {
    return sampling.steps().orElseThrow();
  }

  /** SHA-256 of the manifest, which holds the hash of every file. */
  static String manifestHash(Bundle bundle) {
    try {
      return Sha256.of(bundle.folder().resolve(Bundle.MANIFEST));
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, "The manifest of " + bundle.folder() + " cannot be read: " + e, e);
    }
  }

  @Override
  public void close() {
    pipeline.close();
  }
}
