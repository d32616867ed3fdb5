package io.dopt.quantizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.Value;
import io.dopt.ir.WeightResolver;
import io.dopt.passes.evaluation.GraphInterpreter;
import io.dopt.passes.evaluation.OperatorEvaluator;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RangeObserverTest {
  private static final Graph GRAPH =
      GraphParser.parse(
          "graph",
          """
          graph doubling
          input %x : f32[3]
          weight %two : f32[] = [2.0]
          %twice : f32[3] = Mul(%x, %two)
          %square : f32[3] = Mul(%twice, %twice)
          output y = %square
          """,
          WeightResolver.NONE);

  /** Runs graphs in plain Java, with the observed values as further outputs. */
  private static final CalibrationRunner INTERPRETER =
      (graph, inputs, observed, observer) -> {
        Map<String, Value> outputs = new LinkedHashMap<>();
        graph.inputs().forEach(value -> outputs.put(value.name(), value));
        graph.nodes().forEach(node -> node.outputs().forEach(v -> outputs.put(v.name(), v)));
        outputs.keySet().retainAll(observed);
        new GraphInterpreter(new OperatorEvaluator())
            .evaluate(graph.with(graph.weights(), graph.nodes(), outputs), inputs)
            .forEach(observer::observe);
      };

  private static void run(RangeObserver observer, float... x) {
    INTERPRETER.run(
        GRAPH, Map.of("x", DenseTensor.ofFloats(List.of(3L), x)), Set.of("x", "twice"), observer);
  }

  @Test
  void widensOverRuns() {
    RangeObserver observer = new RangeObserver();
    run(observer, -1, 0, 2);
    run(observer, 1, 5, 3);
    assertEquals(
        Map.of(
            "x", new RangeObserver.Range(-1, 5),
            "twice", new RangeObserver.Range(-2, 10)),
        observer.ranges());
  }

  @Test
  void refusesWhatHasNoRange() {
    RangeObserver observer = new RangeObserver();
    DoptException error =
        assertThrows(DoptException.class, () -> run(observer, 1, Float.POSITIVE_INFINITY, 0));
    assertTrue(error.getMessage().contains("became Infinity"), error.getMessage());
  }
}
