package io.dopt.cli;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.calibration.BucketStatistics;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.calibration.ValueStatistics;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.LayerRange;
import io.dopt.runtime.bundle.PrecisionReport.Stretch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The quantized layers whose inputs' ranges drift most over the timesteps. */
final class DriftingRanges {
  private DriftingRanges() {}

  private record Drifting(String layer, ValueStatistics statistics) {
    double drift() {
      return CalibrationRanges.drift(statistics);
    }
  }

  /**
   * Their ranges, the most drifting first.
   *
   * @param graph that was calibrated, not quantized
   */
  static List<LayerRange> of(Graph graph, PrecisionPlan plan, CalibrationTable table) {
    Set<String> quantized = new HashSet<>(plan.quantized());
    List<Drifting> layers = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Optional<ValueStatistics> statistics =
          quantized.contains(node.name())
              ? table.value(node.inputs().get(0).name())
              : Optional.empty();
      statistics.ifPresent(seen -> layers.add(new Drifting(node.name(), seen)));
    }
    return layers.stream()
        .sorted(
            Comparator.comparingDouble(Drifting::drift).reversed().thenComparing(Drifting::layer))
        .limit(PrecisionReport.MAXIMUM_RANGES)
        .map(layer -> range(layer, table))
        .toList();
  }

  private static LayerRange range(Drifting layer, CalibrationTable table) {
    List<Double> bounds = table.timesteps().bounds();
    List<Stretch> timesteps = new ArrayList<>();
    List<Double> minimum = new ArrayList<>();
    List<Double> maximum = new ArrayList<>();
    for (int bucket : CalibrationRanges.sampled(table)) {
      BucketStatistics seen = layer.statistics.buckets().get(bucket);
      timesteps.add(new Stretch(bounds.get(bucket), bounds.get(bucket + 1)));
      minimum.add(seen.minimum());
      maximum.add(seen.maximum());
    }
    return new LayerRange(layer.layer, timesteps, minimum, maximum);
  }
}
