package io.dopt.cli;

import io.dopt.compiler.proof.NoiseInputs;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Times one component of two bundles in turns, so that whatever else the machine does falls on
 * both.
 */
final class SpeedComparison {
  private static final int LEAST_CALLS = 5;
  private static final int MOST_CALLS = 50;
  private static final long ENOUGH_NANOSECONDS = 2_000_000_000L;
  private static final int WARM_UP = 1;

  private SpeedComparison() {}

  /**
   * Measures.
   *
   * @param bindings the shape of the calls
   * @throws DoptException (ENGINE) when an engine fails; (INTERRUPTED) when the thread was
   */
  static SpeedRatio measure(
      Bundle candidate,
      Bundle reference,
      String component,
      Map<String, Long> bindings,
      EngineOptions options) {
    try (ComponentEngines first = new ComponentEngines(candidate, options);
        ComponentEngines second = new ComponentEngines(reference, options);
        EngineCall judged = prepare(first, component, bindings);
        EngineCall replaced = prepare(second, component, bindings)) {
      List<Double> candidateTimes = new ArrayList<>();
      List<Double> referenceTimes = new ArrayList<>();
      for (int i = 0; i < WARM_UP; i++) {
        judged.run();
        replaced.run();
      }
      long started = System.nanoTime();
      while (candidateTimes.size() < LEAST_CALLS
          || candidateTimes.size() < MOST_CALLS
              && System.nanoTime() - started < ENOUGH_NANOSECONDS) {
        // The one after the other's caches and clock, then the other way round.
        if (candidateTimes.size() % 2 == 0) {
          candidateTimes.add(time(judged));
          referenceTimes.add(time(replaced));
        } else {
          referenceTimes.add(time(replaced));
          candidateTimes.add(time(judged));
        }
        if (Thread.currentThread().isInterrupted()) {
          throw new DoptException(ErrorCode.INTERRUPTED, "Interrupted.");
        }
      }
      return SpeedRatio.of(candidateTimes, referenceTimes);
    }
  }

  private static EngineCall prepare(
      ComponentEngines engines, String component, Map<String, Long> bindings) {
    return ComponentRunner.prepare(
        engines, component, NoiseInputs.of(engines.bundle().component(component), bindings));
  }

  private static double time(EngineCall call) {
    long started = System.nanoTime();
    call.run();
    return (System.nanoTime() - started) / 1e6;
  }
}
