package io.dopt.evals;

import io.dopt.evals.report.Latencies;
import io.dopt.evals.report.Latencies.StageLatency;
import io.dopt.evals.report.Stage;
import io.dopt.evals.statistics.Quantiles;
import io.dopt.runtime.pipeline.StageTimings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** The times of one side's images, as they come in. */
final class LatencySamples {
  private static final double NANOSECONDS = 1e6;

  private final List<StageTimings> images = new ArrayList<>();
  private final List<Double> joules = new ArrayList<>();

  /**
   * @param joules of the image, where the machine tells
   */
  void add(StageTimings image, Optional<Double> energy) {
    images.add(image);
    energy.ifPresent(joules::add);
  }

  /** Milliseconds of each image. */
  double[] totals() {
    return images.stream().mapToDouble(image -> image.total() / NANOSECONDS).toArray();
  }

  /** Everything so far, at least one image. */
  Latencies summarize() {
    double[] totals = totals();
    double[] schedulerSteps =
        images.stream()
            .filter(image -> !image.denoise().isEmpty())
            .mapToDouble(image -> image.scheduler() / NANOSECONDS / image.denoise().size())
            .toArray();
    double[] denoiserSteps =
        images.stream().flatMapToDouble(image -> milliseconds(image.denoise())).toArray();
    return new Latencies(
        1000 * totals.length / Arrays.stream(totals).sum(),
        List.of(
            stage(Stage.TEXT_ENCODING, perImage(StageTimings::textEncode)),
            stage(Stage.DENOISER_STEP, denoiserSteps),
            stage(Stage.SCHEDULER_STEP, schedulerSteps, denoiserSteps.length),
            stage(Stage.DECODING, perImage(StageTimings::vaeDecode)),
            stage(Stage.TOTAL, totals)),
        medianSteps(),
        joulesPerImage());
  }

  /** A mean over some of the images would belong to other images than their times. */
  private Optional<Double> joulesPerImage() {
    return joules.size() < images.size()
        ? Optional.empty()
        : Optional.of(joules.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
  }

  private double[] perImage(Function<StageTimings, List<Long>> calls) {
    return images.stream().mapToDouble(image -> milliseconds(calls.apply(image)).sum()).toArray();
  }

  private List<Double> medianSteps() {
    int steps = images.stream().mapToInt(image -> image.denoise().size()).min().orElseThrow();
    List<Double> medians = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      int index = step;
      medians.add(
          Quantiles.percentile(
              images.stream()
                  .mapToDouble(image -> image.denoise().get(index) / NANOSECONDS)
                  .toArray(),
              50));
    }
    return medians;
  }

  private static DoubleStream milliseconds(List<Long> nanoseconds) {
    return nanoseconds.stream().mapToDouble(time -> time / NANOSECONDS);
  }

  private static StageLatency stage(Stage stage, double[] milliseconds) {
    return stage(stage, milliseconds, milliseconds.length);
  }

  private static StageLatency stage(Stage stage, double[] milliseconds, int count) {
    return new StageLatency(
        stage,
        count,
        Quantiles.percentile(milliseconds, 50),
        Quantiles.percentile(milliseconds, 95),
        Quantiles.percentile(milliseconds, 99),
        Arrays.stream(milliseconds).min().orElseThrow(),
        Arrays.stream(milliseconds).average().orElseThrow());
  }
}
