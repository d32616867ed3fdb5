package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.report.Subject;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a bundle made of all samples of a comparison, in memory: a search compares many candidates
 * with it and runs it once ({@link Reference.Kept}). Times are not kept, since they would not be of
 * the same moments as a candidate's; compare with the bundle itself to judge speed.
 *
 * <p>It holds 12 bytes a pixel, and 4 bytes for each value of the latents after each step: in 20
 * steps 4.5 MB for an image of 512x512 of Stable Diffusion 1.5.
 */
public final class KeptReference {
  private final EvaluationPrompts prompts;
  private final Sampling sampling;
  private final KeptImages images;

  private KeptReference(EvaluationPrompts prompts, Sampling sampling, KeptImages images) {
    this.prompts = prompts;
    this.sampling = sampling;
    this.images = images;
  }

  /**
   * Runs a bundle.
   *
   * @param folder of the bundle
   * @param prompts sample i takes prompt i modulo their number
   * @param samples how many
   * @param sampling how images are made; what is absent is the bundle's default
   * @param threads of the engines, 0 for their own default
   * @throws DoptException (IO, BAD_INPUT, USAGE, UNSUPPORTED, ENGINE) when it cannot be run;
   *     (INTERRUPTED) when the thread was interrupted
   */
  public static KeptReference of(
      Path folder,
      EvaluationPrompts prompts,
      int samples,
      Sampling sampling,
      int threads,
      EvaluationListener listener) {
    Sampling resolved = EvaluationDefaults.sampling(sampling, Bundle.open(folder).manifest());
    ComparisonRequest request =
        ComparisonRequest.of(folder, folder, prompts, samples, resolved, threads, List.of());
    List<SourcedImage> images = new ArrayList<>();
    try (ImageSource source = ComparedSides.bundle(folder, threads, resolved, listener::warning)) {
      listener.referenceStarted(samples);
      for (int index = 0; index < samples; index++) {
        images.add(source.image(index, request.prompt(index), request.seed(index)).withoutTimes());
        listener.referenceSampleFinished();
      }
      return new KeptReference(prompts, resolved, new KeptImages(source.subject(), images));
    }
  }

  /** What made the images. */
  public Subject subject() {
    return images.subject();
  }

  /**
   * @throws DoptException (USAGE) when the comparison has other samples
   */
  ImageSource open(ComparisonRequest request, Sampling asked) {
    if (!request.prompts().prompts().equals(prompts.prompts())
        || request.samples() > images.images().size()
        || !asked.equals(sampling)) {
      throw new DoptException(
          ErrorCode.USAGE,
          "The reference was run with other prompts, fewer samples, or otherwise than this comparison"
              + " asks for, so its images are none of this one's pairs. Run it again.");
    }
    return images;
  }
}
