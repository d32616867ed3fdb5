package io.dopt.compiler.tensorrt;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Reshape;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Declares inputs without dimensions, such as a unet's {@code timestep}, as vectors of one element.
 * Triton Inference Server states at least one dimension of every tensor, and its TensorRT backend
 * compares it with the plan's.
 */
final class RaiseScalarInputs {
  private RaiseScalarInputs() {}

  static PipelineModel apply(PipelineModel model) {
    SortedMap<String, Component> components = new TreeMap<>();
    model
        .components()
        .forEach(
            (name, component) ->
                components.put(name, component.withQuantizedGraph(apply(component.graph()))));
    return model.withComponents(components);
  }

  /** The same graph when no input is a scalar. */
  static Graph apply(Graph graph) {
    List<Value> inputs = new ArrayList<>();
    List<Node> nodes = new ArrayList<>();
    Map<String, Value> scalars = new HashMap<>();
    for (Value input : graph.inputs()) {
      if (input.type().shape().rank() > 0) {
        inputs.add(input);
        continue;
      }
      Value vector = new Value(input.name(), input.type().withShape(Shape.of(1L)));
      Value scalar = new Value(input.name() + "/scalar", input.type());
      inputs.add(vector);
      scalars.put(input.name(), scalar);
      nodes.add(
          new Node(
              input.name() + "/Reshape",
              new Reshape(input.type().shape()),
              List.of(vector),
              List.of(scalar)));
    }
    if (scalars.isEmpty()) {
      return graph;
    }
    for (Node node : graph.nodes()) {
      nodes.add(
          node.withInputs(
              node.inputs().stream()
                  .map(value -> scalars.getOrDefault(value.name(), value))
                  .toList()));
    }
    return new Graph(
        graph.name(), graph.symbols(), inputs, graph.weights(), nodes, graph.outputs());
  }
}
