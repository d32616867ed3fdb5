package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.gate.Gate;
import io.dopt.evals.gate.Gates;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.report.MetricResult;
import io.dopt.evals.report.NoiseFloor;
import java.util.List;
import java.util.Optional;

/**
 * Runs the reference once more on another number of threads and compares it with itself.
 *
 * @param request of the comparison
 * @param reference the bundle it compares with
 * @param metrics of pairs
 */
record NoiseFloorRun(
    ComparisonRequest request, Reference.OtherBundle reference, List<ImageMetric> metrics) {

  /**
   * Makes the first samples again.
   *
   * @param images that the reference made of them
   */
  NoiseFloor of(List<SourcedImage> images, EvaluationListener listener) {
    int threads = EvaluationDefaults.otherThreads(request.threads());
    PairMeasurement measurement = new PairMeasurement(metrics, List.of(), Optional.empty());
    PairedSamples pairs = new PairedSamples(request.bootstrap());
    listener.noiseFloorStarted(images.size());
    try (ImageSource source = ComparedSides.again(request, reference, threads)) {
      source.warmUp();
      for (int index = 0; index < images.size(); index++) {
        String prompt = request.prompt(index);
        long seed = request.seed(index);
        SourcedImage again = source.image(index, prompt, seed);
        SourcedImage first = images.get(index);
        pairs.add(measurement.of(index, prompt, seed, again, first), again, first);
        listener.noiseFloorSampleFinished();
      }
    }
    List<MetricResult> results = metrics.stream().map(pairs::metric).toList();
    List<Gate> beyond = Gates.beyond(request.criteria().gates(), results);
    beyond.forEach(gate -> listener.warning(warning(gate)));
    return new NoiseFloor(
        threads, images.size(), results, beyond.stream().map(Gate::text).toList());
  }

  private static String warning(Gate gate) {
    return "The gate '"
        + gate.text()
        + "' asks for more than the noise floor: the reference against itself on another number of"
        + " threads does not keep it.";
  }
}
