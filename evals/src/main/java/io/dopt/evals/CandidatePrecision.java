package io.dopt.evals;

import io.dopt.evals.report.EngineLayers;
import io.dopt.evals.report.FusedNodes;
import io.dopt.evals.report.LayerPrecision;
import io.dopt.evals.report.PrecisionDetail;
import io.dopt.evals.report.RangeSeries;
import io.dopt.evals.report.TrialPoint;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.EngineKernels;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.LayerRange;
import io.dopt.runtime.bundle.PrecisionReport.Stretch;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a bundle says of its precision, for the report. */
final class CandidatePrecision {
  private CandidatePrecision() {}

  /**
   * Reads it.
   *
   * @return empty for a bundle in which nothing is quantized
   * @throws io.dopt.tensor.DoptException (IO, BAD_INPUT, UNSUPPORTED) when it cannot be read
   */
  static Optional<PrecisionDetail> of(Bundle bundle) {
    return bundle.precisionReport().map(CandidatePrecision::detail);
  }

  /** A report in the terms of the page. */
  static PrecisionDetail detail(PrecisionReport report) {
    return new PrecisionDetail(
        report.recipe(),
        report.layers().stream()
            .map(
                layer ->
                    new LayerPrecision(
                        layer.name(),
                        layer.planned(),
                        layer.found(),
                        layer.kernel(),
                        layer.sensitivityDb()))
            .toList(),
        report.trials().stream()
            .map(
                trial ->
                    new TrialPoint(
                        trial.label(), trial.quantizedShare(), trial.qualityDb(), trial.chosen()))
            .toList(),
        report.ranges().stream()
            .filter(range -> !range.timesteps().isEmpty())
            .map(CandidatePrecision::series)
            .toList(),
        report.engines().stream().map(CandidatePrecision::engine).toList());
  }

  private static EngineLayers engine(EngineKernels engine) {
    return new EngineLayers(
        engine.engine(),
        engine.layers(),
        engine.regions().stream()
            .map(region -> new FusedNodes(region.kernel(), region.precision(), region.nodes()))
            .toList(),
        engine.tactics());
  }

  /** A stretch of timesteps is drawn at its middle; images are sampled from the last one down. */
  private static RangeSeries series(LayerRange range) {
    List<Integer> order =
        IntStream.range(0, range.timesteps().size())
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> middle(range.timesteps().get(i)))
                    .reversed())
            .toList();
    return new RangeSeries(
        range.layer(),
        order.stream().map(i -> middle(range.timesteps().get(i))).toList(),
        order.stream().map(range.minimum()::get).toList(),
        order.stream().map(range.maximum()::get).toList(),
        List.of(),
        List.of());
  }

  private static double middle(Stretch stretch) {
    return (stretch.from() + stretch.to()) / 2;
  }
}
