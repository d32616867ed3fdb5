package io.dopt.compiler.tensorrt;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets a graph that is written in float32 compute in a 16-bit float, with every type in the graph:
 * TensorRT's strongly typed networks choose no precision themselves. Inputs and outputs stay
 * float32.
 *
 * <pre>
 * Conv(x, w)              -> Conv(Cast(x), w')                      w' cast when it is written
 * LayerNormalization(x)   -> Cast(LayerNormalization(Cast(x)))      an island: {@link Float32Islands}
 * MatMul(DQ(Q(x)), DQ(w)) -> the same, DQ with scales of f16, so that it gives f16
 * </pre>
 *
 * <p>A Cast is written once per value and type. QuantizeLinear to integers reads float32: ONNX
 * Runtime 1.29 truncates f16 there, and a file is to mean the same in both engines. Graphs without
 * float32 stay as they are.
 */
public final class StrongTyping {
  private final Graph graph;
  private final ElementType computeType;
  private final Set<String> islands;
  private final GraphBuilder builder;

  /** Values as the nodes define them, and their casts, by their name in the graph before. */
  private final Map<String, Map<ElementType, Value>> forms = new HashMap<>();

  private final Map<String, Value> defined = new HashMap<>();

  private StrongTyping(Graph graph, ElementType computeType, Float32Islands islands) {
    this.graph = graph;
    this.computeType = computeType;
    this.islands = islands.in(graph);
    this.builder = GraphBuilder.rewriting(graph);
  }

  /** As {@link #apply(Graph, ElementType, Float32Islands)} with the standard islands. */
  public static Graph apply(Graph graph, ElementType computeType) {
    return apply(graph, computeType, Float32Islands.standard());
  }

  /**
   * The graph in {@code computeType}.
   *
   * @param computeType f16 or bf16; f32 leaves the graph as it is
   * @throws IllegalArgumentException for other types
   */
  public static Graph apply(Graph graph, ElementType computeType, Float32Islands islands) {
    if (computeType == ElementType.FLOAT32) {
      return graph;
    }
    if (computeType != ElementType.FLOAT16 && computeType != ElementType.BFLOAT16) {
      throw new IllegalArgumentException(computeType.text() + " is no type to compute in");
    }
    return new StrongTyping(graph, computeType, islands).run();
  }

  private Graph run() {
    graph.inputs().forEach(input -> defined.put(input.name(), input));
    for (Node node : graph.nodes()) {
      try (GraphBuilder.Scope scope = builder.scope(node.name().replace('/', '.'))) {
        rewrite(node);
      }
    }
    graph
        .outputs()
        .forEach(
            (name, value) -> {
              try (GraphBuilder.Scope scope = builder.scope(name)) {
                builder.output(name, as(value, value.type().elementType()));
              }
            });
    return builder.build();
  }

  private void rewrite(Node node) {
    ElementType type = islands.contains(node.name()) ? ElementType.FLOAT32 : computeType;
    if (node.operator() instanceof Cast cast && cast.to() == ElementType.FLOAT32) {
      widen(node, type);
    } else if (node.operator() instanceof QuantizeLinear quantize) {
      copy(node, quantize, quantized(node, quantize.to()));
    } else if (node.operator() instanceof DequantizeLinear) {
      copy(node, node.operator(), dequantized(node, type));
    } else {
      copy(node, node.operator(), node.inputs().stream().map(value -> as(value, type)).toList());
    }
  }

  /** A conversion to the graph's float becomes one to the type its readers compute in. */
  private void widen(Node node, ElementType type) {
    Value source = node.inputs().get(0);
    if (isFloat32(source)) {
      defined.put(node.output().name(), as(source, type));
    } else {
      copy(node, new Cast(type), List.of(current(source)));
    }
  }

  private List<Value> quantized(Node node, ElementType to) {
    ElementType type = to.isFloatingPoint() ? computeType : ElementType.FLOAT32;
    List<Value> inputs = new ArrayList<>();
    inputs.add(as(node.inputs().get(0), type));
    inputs.add(scale(node.inputs().get(1), type));
    node.inputs().stream().skip(2).forEach(zeroPoint -> inputs.add(current(zeroPoint)));
    return inputs;
  }

  private List<Value> dequantized(Node node, ElementType type) {
    List<Value> inputs = new ArrayList<>();
    inputs.add(current(node.inputs().get(0)));
    inputs.add(scale(node.inputs().get(1), type));
    node.inputs().stream().skip(2).forEach(zeroPoint -> inputs.add(current(zeroPoint)));
    return inputs;
  }

  /** Scales are rounded to the compute type wherever they are used, so that Q and DQ agree. */
  private Value scale(Value value, ElementType type) {
    return graph
        .weightOf(value)
        .filter(weight -> isFloat32(value))
        .map(weight -> weight(weight, type, RoundedScale.of(weight.data(), computeType, type)))
        .orElseGet(() -> as(value, type));
  }

  private void copy(Node node, Operator operator, List<Value> inputs) {
    List<TensorType> types = operator.infer(inputs.stream().map(Value::type).toList());
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      Value old = node.outputs().get(i);
      Value output = new Value(old.name(), old.type().withElementType(types.get(i).elementType()));
      defined.put(old.name(), output);
      outputs.add(output);
    }
    builder.copy(new Node(node.name(), operator, inputs, outputs));
  }

  /** {@code value} of the graph before as {@code type}, if it is a float32 there. */
  private Value as(Value value, ElementType type) {
    if (!isFloat32(value)) {
      return current(value);
    }
    if (graph.weightOf(value).isPresent()) {
      Weight weight = graph.weightOf(value).get();
      return weight(weight, type, LazyTensors.cast(weight.data(), type));
    }
    Value source = current(value);
    if (source.type().elementType() == type) {
      return source;
    }
    Map<ElementType, Value> known = forms.computeIfAbsent(source.name(), key -> new HashMap<>());
    Value form = known.get(type);
    if (form == null) {
      form = builder.node(new Cast(type), source);
      known.put(type, form);
    }
    return form;
  }

  private static boolean isFloat32(Value value) {
    return value.type().elementType() == ElementType.FLOAT32;
  }

  /** The weight under its own name in the first type that is asked for, then with a suffix. */
  private Value weight(Weight weight, ElementType type, LazyTensor data) {
    Map<ElementType, Value> known =
        forms.computeIfAbsent(weight.value().name(), key -> new HashMap<>());
    return known.computeIfAbsent(
        type,
        key -> {
          if (known.isEmpty()) {
            Weight first =
                new Weight(
                    new Value(weight.value().name(), weight.value().type().withElementType(type)),
                    data);
            builder.copy(first);
            return first.value();
          }
          return builder.weight(weight.value().name() + "_" + type.text(), data);
        });
  }

  private Value current(Value value) {
    if (graph.weightOf(value).isPresent()) {
      Weight weight = graph.weightOf(value).get();
      builder.copy(weight);
      return weight.value();
    }
    return defined.get(value.name());
  }
}
