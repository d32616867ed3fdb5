package io.dopt.evals.report;

import io.dopt.evals.statistics.Estimate;
import io.dopt.evals.statistics.SampleSummary;
import java.util.Optional;

/**
 * A metric over all samples.
 *
 * @param name the key, in the manner of {@code psnr}
 * @param label for readers
 * @param higherIsBetter whether more is better
 * @param summary over the samples that have a value; absent when none has
 */
public record MetricResult(
    String name, String label, boolean higherIsBetter, Optional<SampleSummary> summary) {

  /** The percentile that all but the worst twentieth of the samples keep, if there are any. */
  public Optional<Estimate> badTail() {
    return summary.map(it -> higherIsBetter ? it.p05() : it.p95());
  }

  /** Its name, in the manner of {@code 5th}. */
  public String badTailName() {
    return higherIsBetter ? "5th" : "95th";
  }
}
