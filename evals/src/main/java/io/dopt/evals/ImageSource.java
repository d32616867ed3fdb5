package io.dopt.evals;

import io.dopt.evals.report.Subject;
import io.dopt.runtime.image.RgbImage;
import io.dopt.runtime.pipeline.StageTimings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One side of a comparison: gives the image of a sample. */
sealed interface ImageSource extends AutoCloseable permits BundleImages, FolderImages, KeptImages {

  /** What it is, for the report. */
  Subject subject();

  /** Loads what it needs, so that the first sample takes no longer than the others. */
  void warmUp();

  /**
   * The image of a sample.
   *
   * @param index of the sample
   * @param prompt of the sample
   * @param seed of the sample
   */
  SourcedImage image(int index, String prompt, long seed);

  @Override
  void close();

  /**
   * An image and how it came about.
   *
   * @param image the pixels
   * @param in8Bits whether it was read from a file, which holds 8 bits of each value
   * @param pngText what its PNG file carries
   * @param latents after every denoising step; empty when the image was not made but read
   * @param timings absent when it was not made now
   * @param joules the energy the processor took meanwhile; absent where the machine does not tell
   */
  record SourcedImage(
      RgbImage image,
      boolean in8Bits,
      Map<String, String> pngText,
      List<float[]> latents,
      Optional<StageTimings> timings,
      Optional<Double> joules) {

    /** The same without what its making took. */
    SourcedImage withoutTimes() {
      return new SourcedImage(image, in8Bits, pngText, latents, Optional.empty(), Optional.empty());
    }

    /** The same without its latents, which are many. */
    SourcedImage withoutLatents() {
      return new SourcedImage(image, in8Bits, pngText, List.of(), timings, joules);
    }
  }
}
