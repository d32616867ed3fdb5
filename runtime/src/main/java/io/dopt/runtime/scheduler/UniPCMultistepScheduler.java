package io.dopt.runtime.scheduler;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The unified predictor-corrector of any order, https://arxiv.org/abs/2302.04867. Each call first
 * corrects the previous step with the new output, then predicts the next.
 */
final class UniPCMultistepScheduler extends LogSnrScheduler {
  private static final double BELOW_ONE = 1e-6;

  private final int solverOrder;
  private final boolean predictsOriginal;
  private final boolean expm1Basis;
  private final boolean lowerOrderFinal;
  private final Set<Integer> uncorrectedSteps;
  private final OptionalDouble shiftTerminal;
  private final Prediction prediction;
  private final SampleLimit limit;
  private OutputHistory outputs = new OutputHistory(1, 0);
  private float[] converted = {};
  private float[] lastSample = {};
  private int lastOrder;

  UniPCMultistepScheduler(SchedulerConfig config) {
    super(config);
    this.solverOrder = config.integer("solver_order", 2, 1, 16);
    this.predictsOriginal = config.flag("predict_x0", true);
    // the names of sibling solvers stand for the default, as in diffusers
    this.expm1Basis =
        !config
            .choice("solver_type", "bh2", List.of("bh1", "bh2", "midpoint", "heun", "logrho"))
            .equals("bh1");
    this.lowerOrderFinal = config.flag("lower_order_final", true);
    this.uncorrectedSteps = config.integers("disable_corrector");
    this.shiftTerminal = config.optionalNumber("shift_terminal");
    this.prediction =
        Prediction.read(
            config,
            Prediction.EPSILON,
            Prediction.SAMPLE,
            Prediction.V_PREDICTION,
            Prediction.FLOW_PREDICTION);
    SampleLimit thresholding = SampleLimit.readThresholding(config);
    // as in the reference, which limits originals only where it predicts them
    this.limit = predictsOriginal ? thresholding : new SampleLimit.Unlimited();
    config.refuseUnlessUnset("solver_p", "a predictor of another class cannot be given here");
    refuseWhatHasNoMeaning(config);
  }

  private void refuseWhatHasNoMeaning(SchedulerConfig config) {
    if (shiftTerminal.isPresent() && !flow()) {
      throw config.unsupported("shift_terminal", "it needs use_flow_sigmas");
    }
    double terminal = shiftTerminal.orElse(0);
    if (!(terminal >= 0 && terminal < 1)) {
      throw config.unsupported("shift_terminal", "it must be below 1");
    }
    if (!predictsOriginal && prediction == Prediction.FLOW_PREDICTION) {
      throw config.unsupported("prediction_type", "predict_x0 false predicts noise");
    }
    boolean lastIsFirstOrder = lowerOrderFinal || solverOrder == 1;
    if (finalSigma() == FinalSigma.ZERO && !(predictsOriginal && lastIsFirstOrder && expm1Basis)) {
      throw config.unsupported(
          "final_sigmas_type",
          "the last step to noise level 0 is finite only with predict_x0, lower_order_final and"
              + " solver_type bh2; choose sigma_min");
    }
  }

  /** Takes no list, unlike its siblings. */
  @Override
  Optional<String> refusesTimesteps() {
    return Optional.of("the class lays out its own");
  }

  @Override
  Plan plan(double[] timesteps) {
    int steps = timesteps.length;
    if (sigmaSpacing() != SigmaSpacing.TIMESTEPS) {
      double[] sigmas = spacedSigmas(steps);
      boolean karras = sigmaSpacing() == SigmaSpacing.KARRAS;
      if (karras && flow()) {
        for (int i = 0; i < steps; i++) {
          sigmas[i] = sigmas[i] / (sigmas[i] + 1);
        }
        return planOf(flowTimestepsOf(sigmas), sigmas, lastOf(sigmas));
      }
      return planOf(timestepsOf(sigmas, karras), sigmas, lastOf(sigmas));
    }
    if (flow()) {
      double[] sigmas = flowSigmas(steps);
      return planOf(flowTimestepsOf(sigmas), sigmas, lastOf(sigmas));
    }
    return planOf(timesteps, schedule().sigmas(timesteps), finalSigma().of(schedule()));
  }

  private float lastOf(double[] sigmas) {
    return finalSigma() == FinalSigma.ZERO ? 0 : (float) sigmas[sigmas.length - 1];
  }

  private double[] flowSigmas(int steps) {
    double[] all = TimestepSpacing.linspace(1, 1.0 / trainTimesteps(), steps + 1);
    double[] sigmas = Arrays.copyOf(all, steps);
    for (int i = 0; i < steps; i++) {
      sigmas[i] = shifted(sigmas[i]);
    }
    if (shiftTerminal.isPresent() && shiftTerminal.getAsDouble() != 0) {
      double scale = (1 - sigmas[steps - 1]) / (1 - shiftTerminal.getAsDouble());
      for (int i = 0; i < steps; i++) {
        sigmas[i] = 1 - (1 - sigmas[i]) / scale;
      }
    }
    if (Math.abs(sigmas[0] - 1) < BELOW_ONE) {
      // at 1 no original is left and lambda is not finite
      sigmas[0] -= BELOW_ONE;
    }
    return sigmas;
  }

  @Override
  void restart() {
    outputs = new OutputHistory(solverOrder, layout().size());
    converted = new float[layout().size()];
    lastSample = new float[layout().size()];
    lastOrder = 0;
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    convert(output, index, sample);
    boolean corrects = lastOrder > 0 && !uncorrectedSteps.contains(index - 1);
    if (corrects) {
      update(index - 1, lastOrder, lastSample, Optional.of(converted), sample);
    }
    System.arraycopy(converted, 0, outputs.push(), 0, converted.length);
    System.arraycopy(sample, 0, lastSample, 0, sample.length);
    int order = lowerOrderFinal ? Math.min(solverOrder, planLength() - index) : solverOrder;
    lastOrder = Math.min(order, outputs.size());
    update(index, lastOrder, lastSample, Optional.empty(), sample);
  }

  private void convert(float[] output, int index, float[] sample) {
    Level level = level(index);
    if (predictsOriginal) {
      prediction.original(output, sample, level.alpha(), level.sigma(), converted);
      limit.apply(converted, layout());
    } else {
      prediction.noise(output, sample, level.alpha(), level.sigma(), converted);
    }
  }

  /**
   * Moves a sample from one level to the next.
   *
   * @param from index of the level of {@code start}
   * @param order how many outputs are used, the newest being that at {@code from}
   * @param arrival the output at the level arrived at, which makes this a correction
   * @param result receives the sample at the next level
   */
  private void update(
      int from, int order, float[] start, Optional<float[]> arrival, float[] result) {
    Level t = level(from + 1);
    Level s0 = level(from);
    float h = t.lambda() - s0.lambda();
    float[] ratios = new float[order];
    for (int i = 1; i < order; i++) {
      ratios[i - 1] = (level(from - i).lambda() - s0.lambda()) / h;
    }
    ratios[order - 1] = 1;
    UniPCBasis basis = new UniPCBasis(predictsOriginal ? -h : h, expm1Basis);
    float[] weights =
        arrival.isPresent() ? basis.correctorWeights(ratios) : basis.predictorWeights(ratios);
    float startWeight = predictsOriginal ? t.sigma() / s0.sigma() : t.alpha() / s0.alpha();
    float scale = predictsOriginal ? t.alpha() : t.sigma();
    float newestWeight = scale * basis.firstIntegral();
    float residualWeight = scale * basis.size();
    float[][] past = new float[order][];
    for (int i = 0; i < order; i++) {
      past[i] = outputs.back(i);
    }
    float[] newest = past[0];
    for (int k = 0; k < result.length; k++) {
      float residual = 0;
      for (int i = 1; i < order; i++) {
        residual += weights[i - 1] * ((past[i][k] - newest[k]) / ratios[i - 1]);
      }
      if (arrival.isPresent()) {
        residual += weights[order - 1] * (arrival.get()[k] - newest[k]);
      }
      result[k] = startWeight * start[k] - newestWeight * newest[k] - residualWeight * residual;
    }
  }
}
