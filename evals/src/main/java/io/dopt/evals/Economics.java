package io.dopt.evals;

import io.dopt.evals.cost.BreakEven;
import io.dopt.evals.cost.Cost;
import io.dopt.evals.cost.Costing;
import io.dopt.evals.cost.Usage;
import io.dopt.evals.report.Latencies;
import io.dopt.evals.report.SpeedResult;
import io.dopt.evals.report.Subject;
import io.dopt.evals.statistics.Estimate;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the images of a comparison cost. Another number of threads is no alternative that one would
 * pay for, so only another bundle is costed beside the candidate.
 */
record Economics(Costing costing, SpeedResult speed, Subject reference) {

  Optional<Cost> cost() {
    return costing
        .prices()
        .map(
            prices ->
                Cost.of(prices, usage(speed.candidate()), otherBundle().map(Economics::usage)));
  }

  Optional<BreakEven> breakEven() {
    OptionalDouble compile = costing.compileSeconds();
    return compile.isEmpty()
        ? Optional.empty()
        : otherBundle()
            .map(
                other -> {
                  double candidate = usage(speed.candidate()).secondsPerImage();
                  double reference = usage(other).secondsPerImage();
                  return BreakEven.of(
                      compile.getAsDouble(), candidate, reference, decided(reference - candidate));
                });
  }

  /** Whether the interval of the speedup tells who is faster, and the mean times say so too. */
  private boolean decided(double saved) {
    return speed
        .speedup()
        .flatMap(Estimate::interval95)
        .filter(interval -> saved > 0 ? interval.low() > 1 : interval.high() < 1)
        .isPresent();
  }

  private Optional<Latencies> otherBundle() {
    return reference.kind() == Subject.Kind.BUNDLE ? speed.reference() : Optional.empty();
  }

  private static Usage usage(Latencies latencies) {
    return new Usage(1 / latencies.imagesPerSecond(), latencies.joulesPerImage());
  }
}
