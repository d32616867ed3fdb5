package io.dopt.evals.report;

import java.util.List;

/**
 * How the evaluation compares with an earlier one.
 *
 * @param path of the earlier report, as it was given
 * @param candidate label of the earlier candidate
 * @param created when the earlier one was made
 * @param paired whether both have the same samples, so that each is compared with itself; else the
 *     two sets are compared as independent ones, which takes more samples to be as sure
 * @param changes per metric and score that both have
 */
public record BaselineResult(
    String path, String candidate, String created, boolean paired, List<MetricChange> changes) {
  public BaselineResult {
    changes = List.copyOf(changes);
  }
}
