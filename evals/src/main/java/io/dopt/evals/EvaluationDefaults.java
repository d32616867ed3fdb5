package io.dopt.evals;

import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.pipeline.DiffusionPipeline;

/** What an evaluation takes where its request leaves it open. */
final class EvaluationDefaults {
  private EvaluationDefaults() {}

  /**
   * The sampling with its number of steps filled in: a latent consistency model is made for four
   * and must not be judged by twenty.
   */
  static Sampling sampling(Sampling asked, BundleManifest candidate) {
    if (asked.steps().isPresent()) {
      return asked;
    }
    int steps = Math.min(DiffusionPipeline.defaultSteps(candidate), Sampling.MOST_DEFAULT_STEPS);
    return asked.withSteps(steps);
  }

  /**
   * A number of threads that the candidate's engines do not have.
   *
   * @param threads asked for, 0 for the engines' default
   */
  static int otherThreads(int threads) {
    int own = EngineOptions.defaults().withThreads(threads).resolvedThreads();
    return own > 1 ? own / 2 : 2;
  }
}
