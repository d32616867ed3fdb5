package io.dopt.runtime.scheduler;

import java.util.Arrays;

/**
 * Pseudo numerical methods, https://arxiv.org/abs/2202.09778: a linear multistep method of order
 * four over predicted noise. Its first outputs come from Runge-Kutta steps of four evaluations each
 * or, with {@code skip_prk_steps}, from lower orders and one timestep taken twice.
 */
final class PNDMScheduler extends AlphaScheduler {
  private static final int ORDER = 4;

  private final Prediction prediction;
  private final boolean skipRungeKutta;
  private OutputHistory outputs = new OutputHistory(ORDER, 0);
  private float[] origin = {};
  private float[] combined = {};
  private float[] runningOutput = {};
  private int taken;
  private int rungeKuttaCalls;

  PNDMScheduler(SchedulerConfig config) {
    this(
        config,
        NoiseSchedule.read(config, BetaSchedule.linear(), NoiseSchedule.ZeroTerminalSnr.ABSENT));
  }

  private PNDMScheduler(SchedulerConfig config, NoiseSchedule schedule) {
    super(config, schedule, readFinalAlpha(config, schedule, false));
    this.prediction = Prediction.read(config, Prediction.EPSILON, Prediction.V_PREDICTION);
    this.skipRungeKutta = config.flag("skip_prk_steps", false);
  }

  @Override
  double[] spread(int steps) {
    if (!skipRungeKutta && steps < ORDER) {
      throw usage("with skip_prk_steps false makes at least " + ORDER + " steps, not " + steps);
    }
    return super.spread(steps);
  }

  @Override
  Plan plan(double[] timesteps) {
    return super.plan(skipRungeKutta ? secondTwice(timesteps) : rungeKuttaThenMultistep(timesteps));
  }

  private static double[] secondTwice(double[] timesteps) {
    if (timesteps.length == 1) {
      return timesteps;
    }
    double[] result = new double[timesteps.length + 1];
    for (int i = 0; i < result.length; i++) {
      result[i] = timesteps[i < 2 ? i : i - 1];
    }
    return result;
  }

  /**
   * Four evaluations (start, middle, middle, end) for each of the first three steps; their ends are
   * the starts of the next.
   */
  private double[] rungeKuttaThenMultistep(double[] timesteps) {
    int halfStep = trainTimesteps() / timesteps.length / 2;
    int multistep = ORDER - 1;
    double[] result = new double[4 * multistep + timesteps.length - multistep];
    for (int i = 0; i < multistep; i++) {
      double middle = Math.rint(timesteps[i + 1]) + halfStep;
      result[4 * i] = timesteps[i];
      result[4 * i + 1] = middle;
      result[4 * i + 2] = middle;
      result[4 * i + 3] = timesteps[i + 1];
    }
    System.arraycopy(timesteps, multistep, result, 4 * multistep, timesteps.length - multistep);
    return result;
  }

  @Override
  void restart() {
    outputs = new OutputHistory(ORDER, layout().size());
    origin = new float[layout().size()];
    combined = new float[layout().size()];
    runningOutput = new float[layout().size()];
    taken = 0;
    rungeKuttaCalls = skipRungeKutta ? 0 : 4 * (ORDER - 1);
  }

  @Override
  void advance(float[] output, int index, float[] sample, NoiseSource noise) {
    if (taken < rungeKuttaCalls) {
      stepRungeKutta(output, index, sample);
    } else {
      stepMultistep(output, index, sample);
    }
    taken++;
  }

  private void stepRungeKutta(float[] output, int index, float[] sample) {
    int stage = taken % 4;
    int halfStep = stage % 2 == 1 ? 0 : trainTimesteps() / inferenceSteps() / 2;
    if (stage == 0) {
      System.arraycopy(output, 0, outputs.push(), 0, output.length);
      System.arraycopy(sample, 0, origin, 0, sample.length);
      Arrays.fill(runningOutput, 0);
    }
    float weight = stage == 1 || stage == 2 ? (float) (1 / 3.0) : (float) (1 / 6.0);
    for (int k = 0; k < output.length; k++) {
      runningOutput[k] += weight * output[k];
    }
    // the reference reads its table by calls taken, which is the index only from the start
    int start = wholeTimestep(taken / 4 * 4);
    System.arraycopy(origin, 0, sample, 0, sample.length);
    transfer(stage == 3 ? runningOutput : output, start, wholeTimestep(index) - halfStep, sample);
  }

  private void stepMultistep(float[] output, int index, float[] sample) {
    int stride = trainTimesteps() / inferenceSteps();
    int from = wholeTimestep(index);
    int to = from - stride;
    boolean repeats = taken == 1;
    if (repeats) {
      to = from;
      from = from + stride;
      if (from >= trainTimesteps()) {
        throw usage("cannot begin at timestep " + to + ": there is none a step above it");
      }
    } else {
      System.arraycopy(output, 0, outputs.push(), 0, output.length);
    }
    if (taken == 0) {
      System.arraycopy(sample, 0, origin, 0, sample.length);
    } else if (repeats) {
      System.arraycopy(origin, 0, sample, 0, sample.length);
    }
    combine(output, repeats);
    transfer(combined, from, to, sample);
  }

  private void combine(float[] output, boolean repeats) {
    int size = outputs.size();
    float[] newest = outputs.back(0);
    float[] second = outputs.back(Math.min(1, size - 1));
    float[] third = outputs.back(Math.min(2, size - 1));
    float[] fourth = outputs.back(Math.min(3, size - 1));
    for (int k = 0; k < combined.length; k++) {
      combined[k] =
          switch (size) {
            case 1 -> repeats ? (output[k] + newest[k]) / 2 : output[k];
            case 2 -> (3 * newest[k] - second[k]) / 2;
            case 3 -> (23 * newest[k] - 16 * second[k] + 5 * third[k]) / 12;
            default ->
                (float) (1 / 24.0)
                    * (55 * newest[k] - 59 * second[k] + 37 * third[k] - 9 * fourth[k]);
          };
    }
  }

  /** Formula (9): moves the sample between two timesteps along predicted noise. */
  private void transfer(float[] output, int from, int to, float[] sample) {
    float alpha = alpha(from);
    float beta = 1 - alpha;
    float nextAlpha = alpha(to);
    prediction.noise(output, sample, Float32.sqrt(alpha), Float32.sqrt(beta), combined);
    float sampleWeight = Float32.sqrt(nextAlpha / alpha);
    float divisor = alpha * Float32.sqrt(1 - nextAlpha) + Float32.sqrt(alpha * beta * nextAlpha);
    float difference = nextAlpha - alpha;
    for (int k = 0; k < sample.length; k++) {
      sample[k] = sampleWeight * sample[k] - difference * combined[k] / divisor;
    }
  }
}
