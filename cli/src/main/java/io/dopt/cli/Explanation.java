package io.dopt.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.dopt.compiler.CompileSummary;
import io.dopt.compiler.lowering.LoweringChoice;
import io.dopt.ir.Graph;
import io.dopt.passes.PassPipeline;
import io.dopt.passes.PassTrace;
import io.dopt.passes.Refusal;
import io.dopt.quantizer.PrecisionPlan;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code compile --explain} adds for one component: what every pass did or refused, how its
 * operators were written, and why not otherwise.
 *
 * @param precision how many layers compute in which precision
 * @param lowerings number of nodes by operator and the rule that took them; empty when the
 *     component came from the cache
 * @param loweringRefusals number of nodes by what a rule said
 */
record Explanation(
    String component,
    List<PassEffect> passes,
    String precision,
    SortedMap<String, Integer> lowerings,
    SortedMap<String, Integer> loweringRefusals,
    @JsonIgnore String passTable) {

  /** What one pass did. */
  record PassEffect(
      String pass,
      double seconds,
      int nodesBefore,
      int nodesAfter,
      List<String> fired,
      List<Refusal> refusals) {}

  static List<Explanation> of(PassPipeline.ModelResult rewritten, CompileSummary summary) {
    return rewritten.traces().stream()
        .map(trace -> of(trace, rewritten.model().components().get(trace.graph()).graph(), summary))
        .toList();
  }

  private static Explanation of(PassTrace trace, Graph graph, CompileSummary summary) {
    SortedMap<String, Integer> lowerings = new TreeMap<>();
    SortedMap<String, Integer> refusals = new TreeMap<>();
    Optional<CompileSummary.ComponentSummary> component =
        summary.components().stream().filter(part -> part.name().equals(trace.graph())).findFirst();
    for (LoweringChoice choice :
        component.map(CompileSummary.ComponentSummary::choices).orElse(List.of())) {
      lowerings.merge(choice.operator() + " -> " + choice.lowering(), 1, Integer::sum);
      choice.refusals().forEach(refusal -> refusals.merge(refusal, 1, Integer::sum));
    }
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
    return new Explanation(trace.graph(), passes, precision, lowerings, refusals, trace.explain());
  }

  String text() {
    String before = passTable + "  layers: " + precision + System.lineSeparator();
    if (lowerings.isEmpty()) {
      return before + "  taken from the cache; --no-cache shows how operators are written";
    }
    TextTable table = new TextTable("  nodes", "<written as");
    lowerings.forEach((choice, count) -> table.row(count, choice));
    loweringRefusals.forEach((refusal, count) -> table.row(count, "refused: " + refusal));
    return before + table;
  }
}
