package io.dopt.evals;

import io.dopt.evals.report.BaselineResult;
import io.dopt.evals.report.DistributionResult;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.evals.report.LatentError;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.NoiseFloor;
import io.dopt.evals.report.SampleResult;
import io.dopt.evals.report.ScoreResult;
import io.dopt.evals.report.SpeedResult;
import io.dopt.evals.report.Subject;
import io.dopt.evals.report.Verdict;
import io.dopt.evals.statistics.SampleSummary;
import java.util.List;
import java.util.Optional;

/**
 * What a paired comparison found.
 *
 * @param verdict what checks and gates say together
 * @param candidate what was judged
 * @param reference what it was compared with
 * @param settings how images were made
 * @param metrics over all samples, in the order of {@code ImageMetrics}
 * @param scores of single images, in the order of the request
 * @param distributions distances of both sides' images as sets; none without a feature network
 * @param baseline how it compares with an earlier evaluation, when one was given
 * @param noiseFloor the reference against itself, when it was asked for
 * @param latentMeanSquaredError after each denoising step; empty when there are no latents to
 *     compare: against images of a folder, or a bundle with other latents
 * @param speed how long images took
 * @param peakResidentBytes the most memory the process held, both sides loaded; absent where the
 *     operating system does not tell
 * @param samples in the order of their indices
 */
public record Comparison(
    Verdict verdict,
    Subject candidate,
    Subject reference,
    EvaluationSettings settings,
    List<MetricResult> metrics,
    List<ScoreResult> scores,
    List<DistributionResult> distributions,
    Optional<BaselineResult> baseline,
    Optional<NoiseFloor> noiseFloor,
    List<LatentError> latentMeanSquaredError,
    SpeedResult speed,
    Optional<Long> peakResidentBytes,
    List<SampleResult> samples) {
  public Comparison {
    metrics = List.copyOf(metrics);
    scores = List.copyOf(scores);
    latentMeanSquaredError = List.copyOf(latentMeanSquaredError);
    distributions = List.copyOf(distributions);
    samples = List.copyOf(samples);
  }

  /**
   * A metric's summary.
   *
   * @param name in the manner of {@code psnr}
   * @return empty when nothing of that name was measured, or no sample has a value
   */
  public Optional<SampleSummary> metric(String name) {
    return metrics.stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .flatMap(MetricResult::summary);
  }
}
