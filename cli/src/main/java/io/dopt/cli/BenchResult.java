package io.dopt.cli;

import io.dopt.evals.report.Figures;
import io.dopt.runtime.engine.NodeTime;
import io.dopt.runtime.engine.OperatorTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What {@code bench} measured.
 *
 * @param bundle as it was given
 * @param components times by name, {@code generate} for whole generations
 * @param loopOverhead of the denoising loop, as a share of its engine calls; of generations only
 * @param imagesPerSecond images over the sum of their times; of generations only
 * @param joulesPerImage energy of the processor and its memory; absent where Linux does not tell
 * @param peakResidentBytes the most memory the process held; absent where Linux does not tell
 */
record BenchResult(
    Path bundle,
    Map<String, Measured> components,
    Optional<Double> loopOverhead,
    Optional<Double> imagesPerSecond,
    Optional<Double> joulesPerImage,
    Optional<Long> peakResidentBytes) {

  /**
   * The calls of a component.
   *
   * @param shape the symbol values of the calls, where they are all the same
   * @param seconds of each call
   * @param operators time per operator, when profiled
   * @param nodes time per node, when profiled
   */
  record Measured(
      SortedMap<String, Long> shape,
      LatencySummary seconds,
      List<OperatorTime> operators,
      List<NodeTime> nodes) {
    static Measured of(SortedMap<String, Long> shape, double[] seconds, List<NodeTime> nodes) {
      return new Measured(shape, LatencySummary.of(seconds), OperatorTime.of(nodes), nodes);
    }
  }

  /** For people. */
  String text() {
    TextTable table = new TextTable("<component", "calls", "p50", "p95", "p99", "min", "<shape");
    components.forEach(
        (name, measured) ->
            table.row(
                name,
                measured.seconds.count(),
                Amount.seconds(measured.seconds.p50()),
                Amount.seconds(measured.seconds.p95()),
                Amount.seconds(measured.seconds.p99()),
                Amount.seconds(measured.seconds.minimum()),
                measured.shape.isEmpty() ? "" : measured.shape));
    StringBuilder text = new StringBuilder(table.toString());
    loopOverhead.ifPresent(
        share ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "%ndenoising loop: %.2f%% over the sum of its engine calls",
                    100 * share)));
    imagesPerSecond.ifPresent(
        images -> text.append("\n").append(Figures.number(images)).append(" images per second"));
    joulesPerImage.ifPresent(
        joules -> text.append("\n").append(Figures.number(joules)).append(" J per image"));
    peakResidentBytes.ifPresent(
        bytes -> text.append("\npeak memory: ").append(Amount.bytes(bytes)));
    components.forEach(
        (name, measured) -> {
          if (!measured.operators.isEmpty()) {
            text.append("\n\n").append(name).append(":\n");
            text.append(ProfileTable.operators(measured.operators));
            text.append("\n\n").append(ProfileTable.nodes(measured.nodes));
          }
        });
    return text.toString();
  }
}
