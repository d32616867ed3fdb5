package io.dopt.cli;

import io.dopt.compiler.DenoiserShape;
import io.dopt.evals.EvaluationPrompts;
import io.dopt.evals.Sampling;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.calibration.CalibrationSettings;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.search.Multiplications;
import io.dopt.runtime.bundle.ImageSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How the images are made that a search judges its trials by: of the bundle's size, else as the
 * calibration made its own, but with other seeds, and with prompts that it did not see as far as
 * there are any.
 *
 * @param prompts in the order in which they are taken
 * @param samples how many images
 * @param sampling of the images
 * @param shape of the denoiser's calls for them
 */
record SearchSampling(
    EvaluationPrompts prompts, int samples, Sampling sampling, DenoiserShape shape) {
  private static final int MOST_SAMPLES = 16;
  private static final int LEAST_SAMPLES = 4;
  private static final int MOST_STEPS = 20;
  private static final int LEAST_STEPS = 8;

  /** Multiplications of one trial that two cores do in a few minutes. */
  private static final long WORK = 30_000_000_000_000L;

  /**
   * So many images and steps that a trial takes minutes and not hours, unless they are asked for.
   * What decides is the work of a step and not its time, so that two searches make the same images.
   *
   * @param prompts of the calibration
   * @param asked what is asked for by name
   * @param model that was calibrated
   * @param size of the images, which may be another than the calibration's; the one the model was
   *     trained for when absent
   */
  static SearchSampling of(
      EvaluationPrompts prompts,
      CalibrationTable table,
      ReviewOptions asked,
      PipelineModel model,
      Optional<ImageSize> size) {
    CalibrationSettings calibrated = table.settings();
    DenoiserShape shape = Calibration.shape(model, size, calibrated.guidanceScale());
    long work = Multiplications.of(Calibration.denoiser(model).graph(), shape.bindings());
    long affordable = Math.max(1, WORK / Math.max(1, work));
    int steps = asked.steps().orElse(Math.min(calibrated.steps(), MOST_STEPS));
    int samples =
        asked
            .count()
            .orElse((int) Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, affordable / steps)));
    if (asked.steps().isEmpty() && (long) samples * steps > affordable) {
      steps = (int) Math.max(Math.min(LEAST_STEPS, steps), Math.min(steps, affordable / samples));
    }
    return new SearchSampling(
        rotated(prompts, calibrated.prompts()),
        samples,
        new Sampling(
            asked.seed().orElse(otherSeed(calibrated.seed())),
            OptionalInt.of(steps),
            OptionalDouble.of(asked.guidanceScale().orElse(calibrated.guidanceScale())),
            Optional.of(shape.size()),
            Optional.empty(),
            Optional.empty()),
        shape);
  }

  private static EvaluationPrompts rotated(EvaluationPrompts prompts, int by) {
    List<String> texts = new ArrayList<>(prompts.prompts());
    Collections.rotate(texts, -by);
    return new EvaluationPrompts(prompts.source(), texts);
  }

  private static long otherSeed(long seed) {
    return seed > Long.MAX_VALUE / 2
        ? seed - CompileGate.SEED_OFFSET
        : seed + CompileGate.SEED_OFFSET;
  }

  /** {@code 16 images of 64x64, 20 steps, guidance scale 3.0, seeds from 100000}. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%d images of %s, %d steps, guidance scale %s, seeds from %d",
        samples,
        shape.size(),
        sampling.steps().orElseThrow(),
        sampling.guidanceScale().orElseThrow(),
        sampling.seed());
  }
}
