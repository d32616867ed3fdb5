package io.dopt.runtime.scheduler;

import java.util.Arrays;

/**
 * Linear multistep over sigmas: the last four slopes, interpolated by a polynomial that is
 * integrated over the step.
 */
final class LMSDiscreteScheduler extends SigmaScheduler {
  private static final int ORDER = 4;

  private final Prediction prediction;
  private float[] original = {};
  private OutputHistory slopes = new OutputHistory(ORDER, 0);

  LMSDiscreteScheduler(SchedulerConfig config) {
    this(config, SigmaSpacing.read(config), SigmaRange.read(config));
  }

  /** Its Karras conversion alone, of all the classes', does not look for the bounds. */
  private LMSDiscreteScheduler(SchedulerConfig config, SigmaSpacing spacing, SigmaRange range) {
    super(
        config,
        NoiseSchedule.read(config, BetaSchedule.linear(), NoiseSchedule.ZeroTerminalSnr.ABSENT),
        spacing,
        spacing == SigmaSpacing.KARRAS ? SigmaRange.UNBOUNDED : range);
    this.prediction =
        Prediction.read(config, Prediction.EPSILON, Prediction.SAMPLE, Prediction.V_PREDICTION);
  }

  @Override
  void restart() {
    original = new float[layout().size()];
    slopes = new OutputHistory(ORDER, layout().size());
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    float sigma = sigma(index);
    prediction.originalOfUnitScale(output, sample, sigma, original);
    float[] slope = slopes.push();
    for (int k = 0; k < sample.length; k++) {
      slope[k] = (sample[k] - original[k]) / sigma;
    }
    // a loop that begins midway keeps the order of its position, as the reference does, and leaves
    // out the slopes it has not seen
    int order = Math.min(index + 1, ORDER);
    float[] change = original;
    Arrays.fill(change, 0);
    for (int age = 0; age < Math.min(order, slopes.size()); age++) {
      float weight = (float) weight(index, order, age);
      float[] past = slopes.back(age);
      for (int k = 0; k < sample.length; k++) {
        change[k] += weight * past[k];
      }
    }
    for (int k = 0; k < sample.length; k++) {
      sample[k] += change[k];
    }
  }

  /**
   * The integral over the step of the Lagrange polynomial that is 1 at the sigma {@code age} steps
   * back and 0 at the others; a cubic, so two Gauss-Legendre points are exact.
   */
  private double weight(int index, int order, int age) {
    double from = sigma(index);
    double to = sigma(index + 1);
    double middle = (from + to) / 2;
    double reach = (to - from) / 2 / Math.sqrt(3);
    return (polynomial(index, order, age, middle - reach)
            + polynomial(index, order, age, middle + reach))
        * (to - from)
        / 2;
  }

  private double polynomial(int index, int order, int age, double at) {
    double product = 1;
    for (int other = 0; other < order; other++) {
      if (other != age) {
        product *=
            (at - sigma(index - other)) / ((double) sigma(index - age) - sigma(index - other));
      }
    }
    return product;
  }
}
