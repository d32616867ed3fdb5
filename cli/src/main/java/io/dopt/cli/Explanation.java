package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.dopt.compiler.CompileSummary;
import io.dopt.compiler.lowering.LoweringChoice;
import io.dopt.compiler.target.EngineChoices;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.passes.PassPipeline;
import io.dopt.passes.PassTrace;
import io.dopt.passes.Refusal;
import io.dopt.quantizer.PrecisionPlan;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code compile --explain} adds for one component: what every pass did or refused, how its
 * operators were written, and why not otherwise.
 *
 * @param precision how many layers compute in which precision
 * @param excluded layers that quantization left in float32, by reason; empty where nothing was
 *     quantized
 * @param engines how operators were written, engines alike together
 */
record Explanation(
    String component,
    List<PassEffect> passes,
    String precision,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, List<String>> excluded,
    List<EngineEffect> engines,
    @JsonIgnore String passTable) {

  /** What one pass did. */
  record PassEffect(
      String pass,
      double seconds,
      int nodesBefore,
      int nodesAfter,
      List<String> fired,
      List<Refusal> refusals) {}

  /**
   * How the operators of some engines were written.
   *
   * @param lowerings number of nodes by operator and the rule that took them
   * @param refusals number of nodes by what a rule said
   */
  record EngineEffect(
      List<String> engines,
      SortedMap<String, Integer> lowerings,
      SortedMap<String, Integer> refusals) {

    static EngineEffect of(EngineChoices alike) {
      SortedMap<String, Integer> lowerings = new TreeMap<>();
      SortedMap<String, Integer> refusals = new TreeMap<>();
      for (LoweringChoice choice : alike.choices()) {
        lowerings.merge(choice.operator() + " -> " + choice.lowering(), 1, Integer::sum);
        choice.refusals().forEach(refusal -> refusals.merge(refusal, 1, Integer::sum));
      }
      return new EngineEffect(alike.engines(), lowerings, refusals);
    }

    private String text() {
      TextTable table = new TextTable("  nodes", "<written as");
      lowerings.forEach((choice, count) -> table.row(count, choice));
      refusals.forEach((refusal, count) -> table.row(count, "refused: " + refusal));
      return "  " + String.join(", ", engines) + ":" + System.lineSeparator() + table;
    }
  }

  static List<Explanation> of(
      PassPipeline.ModelResult rewritten,
      PipelineModel model,
      CompileSummary summary,
      SortedMap<String, List<String>> excluded) {
    return rewritten.traces().stream()
        .map(
            trace ->
                of(
                    trace,
                    model.components().get(trace.graph()).graph(),
                    summary,
                    trace.graph().equals(Calibration.DENOISER) ? excluded : new TreeMap<>()))
        .toList();
  }

  private static Explanation of(
      PassTrace trace,
      Graph graph,
      CompileSummary summary,
      SortedMap<String, List<String>> excluded) {
    List<EngineEffect> engines =
        summary.components().stream()
            .filter(part -> part.name().equals(trace.graph()))
            .flatMap(part -> part.choices().stream())
            .map(EngineEffect::of)
            .toList();
    List<PassEffect> passes =
        trace.records().stream()
            .map(
                record ->
                    new PassEffect(
                        record.pass(),
                        record.duration().toNanos() / 1e9,
                        record.nodesBefore(),
                        record.nodesAfter(),
                        record.fired(),
                        record.refusals()))
            .toList();
    String precision = PrecisionPlan.of(graph).summary();
    return new Explanation(trace.graph(), passes, precision, excluded, engines, trace.explain());
  }

  String text() {
    StringBuilder before =
        new StringBuilder(passTable + "  layers: " + precision + System.lineSeparator());
    excluded.forEach(
        (reason, layers) ->
            before.append(
                String.format("  left in f32 (%s): %s%n", reason, String.join(", ", layers))));
    return before
        + engines.stream()
            .map(EngineEffect::text)
            .collect(Collectors.joining(System.lineSeparator()));
  }
}
