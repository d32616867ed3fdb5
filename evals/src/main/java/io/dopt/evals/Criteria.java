package io.dopt.evals;

import io.dopt.evals.baseline.Baseline;
import io.dopt.evals.gate.Gate;
import java.util.List;
import java.util.Optional;

/**
 * What a comparison is judged by.
 *
 * @param gates limits to keep, each once; none judges only whether there are images
 * @param baseline an earlier evaluation to compare with
 * @param noiseFloorSamples how many samples the reference, when it is a bundle, makes once more on
 *     another number of threads to show the noise floor; no more than the comparison has, none when
 *     0
 */
public record Criteria(List<Gate> gates, Optional<Baseline> baseline, int noiseFloorSamples) {
  /** Enough to see the floor's height. */
  public static final int USUAL_NOISE_FLOOR_SAMPLES = 8;

  /** Only whether there are images. */
  public static final Criteria NONE = of(List.of());

  public Criteria {
    gates = gates.stream().distinct().toList();
  }

  /** These gates, without a baseline or a noise floor. */
  public static Criteria of(List<Gate> gates) {
    return new Criteria(gates, Optional.empty(), 0);
  }
}
