package io.dopt.evals.report;

import io.dopt.evals.metric.ImageMetrics;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.image.PillowResize;
import io.dopt.runtime.image.Resampling;
import io.dopt.runtime.image.RgbImage;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The samples a page shows, worst first, with their images: scaled down to {@value #MAXIMUM_SIDE}
 * pixels, so that the page stays small.
 *
 * @param cards the worst samples
 * @param amplification what differences are multiplied by, one for all cards so that they compare
 */
public record SampleCards(List<SampleCard> cards, int amplification) {
  /** More would make a heavy page; the table below lists all. */
  static final int MAXIMUM_CARDS = 24;

  private static final int MAXIMUM_SIDE = 256;

  /** What the mean difference of the worst sound pair is amplified to at most. */
  private static final double VISIBLE = 0.15;

  public SampleCards {
    cards = List.copyOf(cards);
  }

  /** Whether a card has a difference to show. */
  public boolean anyDifference() {
    return cards.stream().anyMatch(card -> card.difference().isPresent());
  }

  private record Pair(SampleResult sample, RgbImage candidate, RgbImage reference) {}

  /**
   * Reads the images of the worst samples.
   *
   * @param folder where the images of the report are
   */
  static SampleCards read(List<SampleResult> samples, Path folder) {
    List<Pair> pairs =
        worstFirst(samples).stream()
            .limit(MAXIMUM_CARDS)
            .map(
                sample ->
                    new Pair(
                        sample,
                        thumbnail(folder.resolve(sample.candidateImage())),
                        thumbnail(folder.resolve(sample.referenceImage()))))
            .toList();
    int amplification =
        amplification(
            pairs.stream()
                .filter(pair -> !pair.sample.degenerate())
                .mapToDouble(SampleCards::meanDifference)
                .max()
                .orElse(0));
    return new SampleCards(
        pairs.stream().map(pair -> card(pair, amplification)).toList(), amplification);
  }

  /** Degenerate samples, then by the first metric, the worst before the better. */
  public static List<SampleResult> worstFirst(List<SampleResult> samples) {
    String rankedBy = ImageMetrics.standard().get(0).name();
    return samples.stream()
        .sorted(
            Comparator.comparing(SampleResult::degenerate)
                .reversed()
                .thenComparing(
                    sample -> sample.metrics().getOrDefault(rankedBy, Double.NEGATIVE_INFINITY))
                .thenComparing(SampleResult::index))
        .toList();
  }

  private static RgbImage thumbnail(Path file) {
    RgbImage image = ImageFiles.read(file);
    ImageSize size = image.size();
    double scale = (double) MAXIMUM_SIDE / Math.max(size.height(), size.width());
    return scale >= 1
        ? image
        : PillowResize.resize(
            image,
            new ImageSize(
                Math.max(1, (int) Math.round(scale * size.height())),
                Math.max(1, (int) Math.round(scale * size.width()))),
            Resampling.LANCZOS);
  }

  private static SampleCard card(Pair pair, int amplification) {
    Optional<String> difference =
        meanDifference(pair) == 0
            ? Optional.empty()
            : Optional.of(dataUri(difference(pair, amplification)));
    return new SampleCard(
        pair.sample, dataUri(pair.candidate), dataUri(pair.reference), difference);
  }

  private static double meanDifference(Pair pair) {
    if (!pair.candidate.size().equals(pair.reference.size())) {
      return 0;
    }
    double sum = 0;
    for (int i = 0; i < pair.candidate.values().length; i++) {
      sum += Math.abs(pair.candidate.values()[i] - pair.reference.values()[i]);
    }
    return sum / pair.candidate.values().length;
  }

  private static RgbImage difference(Pair pair, int amplification) {
    float[] values = new float[pair.candidate.values().length];
    for (int i = 0; i < values.length; i++) {
      float difference = Math.abs(pair.candidate.values()[i] - pair.reference.values()[i]);
      values[i] = Math.min(1f, amplification * difference);
    }
    return new RgbImage(pair.candidate.size(), values);
  }

  /** The round number (1, 2, 5, 10, ...) that makes the worst difference visible; at most 255. */
  static int amplification(double worstMeanDifference) {
    int best = 1;
    for (int candidate : new int[] {2, 5, 10, 20, 50, 100, 255}) {
      if (candidate * worstMeanDifference <= VISIBLE) {
        best = candidate;
      }
    }
    return best;
  }

  private static String dataUri(RgbImage image) {
    return "data:image/png;base64,"
        + Base64.getEncoder().encodeToString(ImageFiles.toPng(image, Map.of()));
  }
}
