package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.feature.FeatureSamples;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageScore;
import io.dopt.evals.report.SampleResult;
import io.dopt.runtime.image.ImageCheck;
import io.dopt.runtime.image.RgbImage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measures one pair of images.
 *
 * @param metrics of pairs
 * @param scores of single images
 * @param features given the images of sound pairs, to compare them as sets
 */
record PairMeasurement(
    List<ImageMetric> metrics, List<ImageScore> scores, Optional<FeatureSamples> features) {

  SampleResult of(
      int index, String prompt, long seed, SourcedImage candidate, SourcedImage reference) {
    // A file holds 8 bits; the candidate is held to no more.
    RgbImage compared = reference.in8Bits() ? in8Bits(candidate.image()) : candidate.image();
    SampleResult result =
        new SampleResult(
            index,
            prompt,
            seed,
            "candidate/" + fileName(index),
            "reference/" + fileName(index),
            ImageCheck.problemOf(candidate.image()),
            ImageCheck.problemOf(reference.image()),
            compare(compared, reference.image()),
            score(compared, prompt),
            score(reference.image(), prompt),
            candidate.timings().orElseThrow().total() / 1e6,
            reference.timings().map(timings -> timings.total() / 1e6));
    if (!result.degenerate()) {
      features.ifPresent(samples -> samples.add(compared, reference.image()));
    }
    return result;
  }

  private static String fileName(int index) {
    return String.format(Locale.ROOT, "%04d.png", index);
  }

  private SortedMap<String, Double> compare(RgbImage candidate, RgbImage reference) {
    SortedMap<String, Double> values = new TreeMap<>();
    for (ImageMetric metric : metrics) {
      metric.compare(candidate, reference).stream()
          .filter(Double::isFinite)
          .forEach(value -> values.put(metric.name(), value));
    }
    return values;
  }

  /** A degenerate image has no score: what a network says of NaN means nothing. */
  private SortedMap<String, Double> score(RgbImage image, String prompt) {
    SortedMap<String, Double> values = new TreeMap<>();
    if (ImageCheck.problemOf(image).isEmpty()) {
      scores.forEach(score -> values.put(score.name(), score.score(image, prompt)));
    }
    return values;
  }

  private static RgbImage in8Bits(RgbImage image) {
    float[] values = new float[image.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = image.byteAt(i) / 255f;
    }
    return new RgbImage(image.size(), values);
  }
}
