package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The multistep solvers of DPM-Solver (https://arxiv.org/abs/2206.00927) and DPM-Solver++
 * (https://arxiv.org/abs/2211.01095), of orders 1 to 3, and their stochastic forms.
 */
final class DPMSolverMultistepScheduler extends LogSnrScheduler {
  private static final int FEW_STEPS = 15;

  private final int solverOrder;
  private final DPMSolverAlgorithm algorithm;
  private final boolean heun;
  private final boolean lowerOrderFinal;
  private final boolean eulerAtFinal;
  private final boolean uniformLambdas;
  private final boolean roundsTimesteps;
  private final double lowestLambda;
  private final Prediction prediction;
  private final SampleLimit limit;
  private OutputHistory outputs = new OutputHistory(1, 0);
  private float[] converted = {};
  private float[] fresh = {};

  DPMSolverMultistepScheduler(SchedulerConfig config) {
    super(config);
    this.solverOrder = config.integer("solver_order", 2, 1, 3);
    this.algorithm = DPMSolverAlgorithm.read(config);
    // the names of sibling solvers stand for the default, as in diffusers
    this.heun =
        config
            .choice("solver_type", "midpoint", List.of("midpoint", "heun", "logrho", "bh1", "bh2"))
            .equals("heun");
    this.lowerOrderFinal = config.flag("lower_order_final", true);
    this.eulerAtFinal = config.flag("euler_at_final", false);
    this.uniformLambdas = config.flag("use_lu_lambdas", false);
    this.roundsTimesteps =
        !config.choice("beta_schedule", "linear", BetaSchedule.COMMON).equals("squaredcos_cap_v2");
    this.lowestLambda =
        config.numberOrMinusInfinity("lambda_min_clipped", Double.NEGATIVE_INFINITY);
    this.prediction =
        Prediction.read(
            config,
            Prediction.EPSILON,
            Prediction.SAMPLE,
            Prediction.V_PREDICTION,
            Prediction.FLOW_PREDICTION);
    this.limit = SampleLimit.readThresholding(config);
    refuseWhatHasNoMeaning(config);
  }

  private void refuseWhatHasNoMeaning(SchedulerConfig config) {
    Optional<String> variance =
        config.optionalChoice(
            "variance_type",
            List.of(
                "fixed_small",
                "fixed_small_log",
                "fixed_large",
                "fixed_large_log",
                "learned",
                "learned_range"));
    if (Set.of("learned", "learned_range").contains(variance.orElse(""))) {
      throw config.unsupported("variance_type", "use the DDPM scheduler for a learned variance");
    }
    if (highestTimestep() == 0) {
      throw config.unsupported("lambda_min_clipped", "it leaves no timestep");
    }
    if (!algorithm.predictsOriginal()) {
      if (finalSigma() == FinalSigma.ZERO) {
        throw config.unsupported(
            "final_sigmas_type", "algorithm_type " + algorithm + " needs sigma_min");
      }
      if (prediction == Prediction.FLOW_PREDICTION) {
        throw config.unsupported(
            "prediction_type", "algorithm_type " + algorithm + " predicts noise");
      }
    }
    if (algorithm == DPMSolverAlgorithm.SDE_DPMSOLVER && solverOrder == 3) {
      throw config.unsupported("solver_order", "algorithm_type sde-dpmsolver has orders 1 and 2");
    }
  }

  @Override
  Optional<String> refusesTimesteps() {
    return uniformLambdas
        ? Optional.of("use_lu_lambdas sets the noise levels")
        : super.refusesTimesteps();
  }

  /** Leaves out the training timesteps whose lambda is below {@code lambda_min_clipped}. */
  @Override
  int highestTimestep() {
    int highest = trainTimesteps();
    while (highest > 0 && trainingLambda(highest - 1) < lowestLambda) {
      highest--;
    }
    return highest;
  }

  private float trainingLambda(int timestep) {
    float alpha = schedule().alpha(timestep);
    return Float32.log(Float32.sqrt(alpha)) - Float32.log(Float32.sqrt(1 - alpha));
  }

  @Override
  Plan plan(double[] timesteps) {
    // with lambda_min_clipped there may be fewer timesteps than steps
    int steps = inferenceSteps();
    float last = finalSigma().of(schedule());
    if (sigmaSpacing() == SigmaSpacing.KARRAS) {
      double[] sigmas = spacedSigmas(steps);
      return planOf(timestepsOf(sigmas, roundsTimesteps), sigmas, last);
    }
    if (uniformLambdas) {
      double[] sigmas = uniformLambdaSigmas(steps);
      return planOf(timestepsOf(sigmas, roundsTimesteps), sigmas, last);
    }
    if (sigmaSpacing() != SigmaSpacing.TIMESTEPS) {
      double[] sigmas = spacedSigmas(steps);
      return planOf(timestepsOf(sigmas, false), sigmas, last);
    }
    if (flow()) {
      double[] sigmas = flowSigmas(steps);
      return planOf(flowTimestepsOf(sigmas), sigmas, last);
    }
    return planOf(timesteps, schedule().sigmas(timesteps), last);
  }

  /** Equal steps of the logarithm of sigma between the ends of the training schedule. */
  private double[] uniformLambdaSigmas(int steps) {
    double highest = schedule().logSigma(trainTimesteps() - 1);
    double lowest = schedule().logSigma(0);
    double[] sigmas = TimestepSpacing.linspace(0, 1, steps);
    for (int i = 0; i < steps; i++) {
      sigmas[i] = Math.exp(highest + sigmas[i] * (lowest - highest));
    }
    return sigmas;
  }

  private double[] flowSigmas(int steps) {
    double[] alphas = TimestepSpacing.linspace(1, 1.0 / trainTimesteps(), steps + 1);
    double[] sigmas = new double[steps];
    for (int i = 0; i < steps; i++) {
      sigmas[i] = shifted(1 - alphas[steps - i]);
    }
    return sigmas;
  }

  @Override
  void restart() {
    outputs = new OutputHistory(solverOrder, layout().size());
    converted = new float[layout().size()];
    fresh = new float[layout().size()];
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    convert(output, index, sample, outputs.push());
    if (algorithm.isStochastic()) {
      noise.fill(fresh);
    }
    weights(index).apply(sample, outputs, fresh);
  }

  private DPMSolverWeights weights(int index) {
    Level t = level(index + 1);
    Level s0 = level(index);
    int order = order(index);
    if (order == 1) {
      return algorithm.firstOrder(t, s0);
    }
    Level s1 = level(index - 1);
    return order == 2
        ? algorithm.secondOrder(t, s0, s1, heun)
        : algorithm.thirdOrder(t, s0, s1, level(index - 2));
  }

  /** What the solver integrates: the predicted original or the predicted noise. */
  private void convert(float[] output, int index, float[] sample, float[] result) {
    Level level = level(index);
    if (algorithm.predictsOriginal()) {
      prediction.original(output, sample, level.alpha(), level.sigma(), result);
      limit.apply(result, layout());
      return;
    }
    prediction.noise(output, sample, level.alpha(), level.sigma(), result);
    if (!(limit instanceof SampleLimit.Unlimited)) {
      Prediction.EPSILON.original(result, sample, level.alpha(), level.sigma(), converted);
      limit.apply(converted, layout());
      Prediction.SAMPLE.noise(converted, sample, level.alpha(), level.sigma(), result);
    }
  }

  /** The order of a step: lower at the start, for want of outputs, and at the end. */
  private int order(int index) {
    int left = planLength() - index;
    boolean few = lowerOrderFinal && planLength() < FEW_STEPS;
    if (left == 1 && (eulerAtFinal || few || finalSigma() == FinalSigma.ZERO)) {
      return 1;
    }
    int order = Math.min(solverOrder, outputs.size());
    return left == 2 && few ? Math.min(order, 2) : order;
  }
}
