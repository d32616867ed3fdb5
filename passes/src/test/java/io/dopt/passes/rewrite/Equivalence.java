package io.dopt.passes.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.ir.Graph;
import io.dopt.ir.Value;
import io.dopt.passes.evaluation.GraphInterpreter;
import io.dopt.passes.evaluation.OperatorEvaluator;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.SymbolRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs two graphs of one signature on the same random inputs and compares what they give. */
final class Equivalence {
  /** float32 rounding of the few operations in a rewrite; relative beyond 1. */
  private static final double TOLERANCE = 1e-5;

  private Equivalence() {}

  static void check(Graph before, Graph after) {
    Map<String, Long> bindings = new HashMap<>();
    before.symbols().forEach((symbol, range) -> bindings.put(symbol, second(range)));
    Map<String, DenseTensor> inputs = new HashMap<>();
    for (Value input : before.inputs()) {
      List<Long> shape = input.type().shape().bind(bindings).constants();
      inputs.put(
          input.name(),
          StoredTensor.random(input.type().elementType(), shape, input.name().hashCode()));
    }
    GraphInterpreter interpreter = new GraphInterpreter(new OperatorEvaluator());
    Map<String, DenseTensor> expected = interpreter.evaluate(before, inputs);
    Map<String, DenseTensor> actual = interpreter.evaluate(after, inputs);
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
    expected.forEach((name, tensor) -> compare(name, tensor, actual.get(name)));
  }

  /** Not the smallest legal value where there is another: sizes of 1 hide mistakes. */
  private static long second(SymbolRange range) {
    long step = range.multipleOf();
    long first = (range.minimum() + step - 1) / step * step;
    return range.contains(first + step) ? first + step : first;
  }

  static void compare(String name, DenseTensor expected, DenseTensor actual) {
    assertEquals(expected.shape(), actual.shape(), name);
    assertEquals(expected.elementType(), actual.elementType(), name);
    double[] wanted = expected.toDoubles();
    double[] given = actual.toDoubles();
    for (int i = 0; i < wanted.length; i++) {
      double tolerance = TOLERANCE * Math.max(1, Math.abs(wanted[i]));
      assertEquals(wanted[i], given[i], tolerance, name + " at " + i);
    }
  }
}
