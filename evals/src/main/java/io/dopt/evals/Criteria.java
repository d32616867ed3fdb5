package io.dopt.evals;

import io.dopt.evals.baseline.Baseline;
import io.dopt.evals.gate.Gate;
import java.util.List;
import java.util.Optional;

/**
 * What a comparison is judged by.
 *
 * @param gates limits to keep; none judges only whether there are images
 * @param baseline an earlier evaluation to compare with
 */
public record Criteria(List<Gate> gates, Optional<Baseline> baseline) {
  /** Only whether there are images. */
  public static final Criteria NONE = of(List.of());

  public Criteria {
    gates = List.copyOf(gates);
  }

  /** These gates, without a baseline. */
  public static Criteria of(List<Gate> gates) {
    return new Criteria(gates, Optional.empty());
  }
}
