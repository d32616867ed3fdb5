package io.dopt.runtime.scheduler;

import java.util.List;
import java.util.Optional;

/**
 * What the consistency samplers share: timesteps picked from the {@code original_inference_steps}
 * that the model was distilled with. As in the reference, {@code timestep_spacing}, {@code
 * steps_offset} and {@code set_alpha_to_one} do not change what they do.
 */
abstract class ConsistencyScheduler extends AlphaScheduler {
  private final int originalSteps;
  private final Prediction prediction;

  ConsistencyScheduler(SchedulerConfig config, NoiseSchedule schedule) {
    super(config, schedule, readFinalAlpha(config, schedule, true));
    this.originalSteps = config.integer("original_inference_steps", 50, 1, 100_000);
    if (originalSteps > schedule.trainTimesteps()) {
      throw config.unsupported(
          "original_inference_steps", "there are only " + schedule.trainTimesteps() + " timesteps");
    }
    this.prediction =
        Prediction.read(config, Prediction.EPSILON, Prediction.SAMPLE, Prediction.V_PREDICTION);
  }

  static NoiseSchedule readSchedule(SchedulerConfig config) {
    return NoiseSchedule.read(
        config,
        new BetaSchedule(0.00085, 0.012, "scaled_linear", List.of()),
        NoiseSchedule.ZeroTerminalSnr.EXACT);
  }

  final Prediction prediction() {
    return prediction;
  }

  final boolean isLast(int index) {
    return index == planLength() - 1;
  }

  @Override
  Optional<String> refusesTimesteps() {
    return Optional.empty();
  }

  @Override
  final double[] spread(int steps) {
    if (steps > originalSteps) {
      throw usage(
          "makes at most the "
              + originalSteps
              + " steps of original_inference_steps, not "
              + steps);
    }
    int stride = trainTimesteps() / originalSteps;
    double pick = (double) originalSteps / steps;
    double[] timesteps = new double[steps];
    for (int i = 0; i < steps; i++) {
      timesteps[i] = (originalSteps - (int) (i * pick)) * stride - 1;
    }
    return timesteps;
  }
}
