package io.dopt.passes.evaluation;

import io.dopt.ir.Graph;
import io.dopt.ir.IrException;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a graph node by node; for small graphs, all values are held until the end. */
public final class GraphInterpreter {
  private final OperatorEvaluator evaluator;

  /** An interpreter that evaluates nodes with {@code evaluator}. */
  public GraphInterpreter(OperatorEvaluator evaluator) {
    this.evaluator = evaluator;
  }

  /**
   * Runs {@code graph}.
   *
   * @param inputs one tensor per input, by name; symbols take their values from the dimensions that
   *     are a symbol alone
   * @return the outputs by name, in the graph's order
   * @throws IrException when the inputs do not fit the graph
   */
  public Map<String, DenseTensor> evaluate(Graph graph, Map<String, DenseTensor> inputs) {
    Graph bound = graph.bind(bindings(graph, inputs));
    Map<String, DenseTensor> values = new HashMap<>();
    for (Value input : bound.inputs()) {
      DenseTensor given = inputs.get(input.name());
      if (given == null
          || given.elementType() != input.type().elementType()
          || !given.shape().equals(input.type().shape().constants())) {
        throw new IrException("input " + input.name() + " is " + given + ", not " + input.type());
      }
      values.put(input.name(), given);
    }
    bound.weights().forEach((name, weight) -> values.put(name, DenseTensor.read(weight.data())));
    for (Node node : bound.nodes()) {
      List<DenseTensor> operands =
          node.inputs().stream().map(value -> values.get(value.name())).toList();
      List<DenseTensor> results = evaluator.evaluate(node, operands);
      for (int i = 0; i < results.size(); i++) {
        values.put(node.outputs().get(i).name(), results.get(i));
      }
    }
    Map<String, DenseTensor> outputs = new LinkedHashMap<>();
    bound.outputs().forEach((name, value) -> outputs.put(name, values.get(value.name())));
    return outputs;
  }

  private static Map<String, Long> bindings(Graph graph, Map<String, DenseTensor> inputs) {
    Map<String, Long> bindings = new HashMap<>();
    for (Value input : graph.inputs()) {
      DenseTensor given = inputs.get(input.name());
      List<Dimension> dimensions = input.type().shape().dimensions();
      for (int axis = 0; axis < dimensions.size(); axis++) {
        String symbol = dimensions.get(axis).toString();
        if (graph.symbols().containsKey(symbol) && given != null && axis < given.shape().size()) {
          bindings.put(symbol, given.shape().get(axis));
        }
      }
    }
    return bindings;
  }
}
