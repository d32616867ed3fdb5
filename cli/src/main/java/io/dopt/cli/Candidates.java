package io.dopt.cli;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.quantizer.QuantizationRecipe;
import io.dopt.quantizer.calibration.CalibrationTable;
import io.dopt.quantizer.search.Candidate;
import io.dopt.quantizer.search.CandidateOrder;
import io.dopt.quantizer.search.Multiplications;
import io.dopt.quantizer.search.Sensitivity;
import io.dopt.quantizer.search.SensitivityEstimate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * The layers that a search may quantize: those of the recipe, then those that it leaves alone by
 * default. What a user excluded is none of them.
 *
 * @param order in which they are quantized
 * @param usual how many of them are the recipe's
 * @param multiplications of one call of the denoiser, all layers together
 */
record Candidates(CandidateOrder order, int usual, long multiplications) {
  /** What is left alone by default and makes less of the work than this stays alone. */
  private static final double LEAST_SHARE = 0.001;

  static Candidates of(
      Graph graph,
      QuantizationRecipe recipe,
      CalibrationTable calibration,
      Map<String, Long> shape) {
    Map<String, Long> work = new HashMap<>();
    List<Node> layers = new ArrayList<>(PrecisionPlan.layersOf(graph));
    layers.addAll(PrecisionPlan.attentionsOf(graph));
    layers.forEach(node -> work.put(node.name(), Multiplications.of(node, shape)));
    long all = work.values().stream().mapToLong(Long::longValue).sum();
    List<String> usual = PrecisionPlan.of(graph, recipe, shape).quantized();
    List<String> possible =
        PrecisionPlan.of(graph, recipe.withoutDefaultExclusions(), shape).quantized().stream()
            .filter(layer -> usual.contains(layer) || work.get(layer) >= LEAST_SHARE * all)
            .toList();
    SortedMap<String, Sensitivity> sensitivities =
        SensitivityEstimate.of(graph, possible, recipe, calibration, shape);
    List<Candidate> candidates =
        possible.stream()
            .map(
                layer ->
                    new Candidate(
                        layer,
                        sensitivities.get(layer).mean(),
                        work.get(layer),
                        usual.contains(layer) ? 0 : 1))
            .toList();
    return new Candidates(CandidateOrder.of(candidates), usual.size(), all);
  }

  /** The share of all multiplications that the first candidates make. */
  double share(int count) {
    return (double) order.saved()[count] / Math.max(1, multiplications);
  }
}
