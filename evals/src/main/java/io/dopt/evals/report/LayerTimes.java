package io.dopt.evals.report;

import java.util.List;

/**
 * The layers of the denoisers, slowest first, from a run of its own: profiling slows the calls.
 *
 * @param candidate the candidate's layers
 * @param reference the reference's; empty unless it is another bundle
 */
public record LayerTimes(List<LayerTime> candidate, List<LayerTime> reference) {
  public LayerTimes {
    candidate = List.copyOf(candidate);
    reference = List.copyOf(reference);
  }
}
