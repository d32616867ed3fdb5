package io.dopt.evals.metric;

import java.util.List;

/** The metrics, in the order of reports. */
public final class ImageMetrics {
  private ImageMetrics() {}

  /** Those that need nothing but the two images; the first one ranks the samples. */
  public static List<ImageMetric> standard() {
    return List.of(
        new PeakSignalToNoiseRatio(),
        new StructuralSimilarity(),
        new MaximumAbsoluteError(),
        new MeanAbsoluteError());
  }
}
