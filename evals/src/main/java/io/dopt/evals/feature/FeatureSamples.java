package io.dopt.evals.feature;

import io.dopt.evals.report.DistributionResult;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.runtime.image.RgbImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The feature vectors of both sides' images, as pairs come in, and how far apart the two sets are.
 */
public final class FeatureSamples {
  /** With more pairs, resampling a statistic of all pairs of pairs takes too long. */
  private static final int MOST_RESAMPLED = 512;

  private final FeatureNetwork network;
  private final List<float[]> candidates = new ArrayList<>();
  private final List<float[]> references = new ArrayList<>();

  /** None yet. */
  public FeatureSamples(FeatureNetwork network) {
    this.network = network;
  }

  /** Adds a pair of images. */
  public void add(RgbImage candidate, RgbImage reference) {
    candidates.add(network.features(candidate).vector());
    references.add(network.features(reference).vector());
  }

  /** The distances; none of fewer than two pairs. */
  public List<DistributionResult> results(Bootstrap bootstrap) {
    if (candidates.size() < 2) {
      return List.of();
    }
    // Resampling repeats images, which shifts a Frechet distance by more than its spread.
    Estimate frechet =
        new Estimate(FrechetDistance.between(candidates, references), Optional.empty());
    return List.of(
        result("frechet", "Frechet distance", frechet),
        network.isClip()
            ? result("cmmd", "CMMD", discrepancy(bootstrap))
            : result("mmd", "MMD", discrepancy(bootstrap)));
  }

  private Estimate discrepancy(Bootstrap bootstrap) {
    if (candidates.size() > MOST_RESAMPLED) {
      return new Estimate(MeanDiscrepancy.between(candidates, references), Optional.empty());
    }
    MeanDiscrepancy pairs = MeanDiscrepancy.ofPairs(candidates, references);
    return bootstrap.estimate(candidates.size(), pairs::of);
  }

  private DistributionResult result(String name, String label, Estimate value) {
    int count = candidates.size();
    int dimensions = candidates.get(0).length;
    return new DistributionResult(
        name,
        label,
        network.label(),
        count,
        dimensions,
        value,
        String.format(
            "Cannot gate. Biased upwards at N = %d%s; compare it only with values of the same N and"
                + " network.",
            count,
            count <= dimensions
                ? ", no more than the " + dimensions + " features, so the covariances are singular"
                : ""));
  }
}
