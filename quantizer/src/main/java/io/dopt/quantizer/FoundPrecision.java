package io.dopt.quantizer;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.ir.operator.Transpose;
import io.dopt.tensor.ElementType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads off a graph what its layers compute in. */
final class FoundPrecision {
  /** Part of the module path of what is beside a 4-bit layer: no layers of their own. */
  static final String BRANCH = "low_rank";

  private final Graph graph;
  private final Map<String, Node> producers = new HashMap<>();

  FoundPrecision(Graph graph) {
    this.graph = graph;
    graph
        .nodes()
        .forEach(node -> node.outputs().forEach(value -> producers.put(value.name(), node)));
  }

  /** The precision of a node that is a layer. */
  Optional<Precision> of(Node node) {
    Value first = node.inputs().isEmpty() ? null : node.inputs().get(0);
    if (node.operator() instanceof Attention attention) {
      return attention.causal() ? Optional.empty() : Precision.of(first.type().elementType());
    }
    if (node.operator() instanceof QuantizedAttention attention) {
      return Optional.of(
          attention.probabilities() == ElementType.UINT8 ? Precision.INT8 : Precision.FLOAT8);
    }
    boolean multiplies = node.operator() instanceof Conv || node.operator() instanceof MatMul;
    if (!multiplies || node.scope().endsWith("." + BRANCH)) {
      return Optional.empty();
    }
    Optional<ElementType> weight = storedWeight(node.inputs().get(1));
    if (weight.isEmpty()) {
      boolean multipliesWeight =
          node.inputs().stream().anyMatch(value -> graph.weightOf(value).isPresent());
      return multipliesWeight ? Precision.of(first.type().elementType()) : Optional.empty();
    }
    boolean activation = dequantized(first).isPresent();
    return switch (weight.get()) {
      case INT8 -> Optional.of(activation ? Precision.INT8 : Precision.INT8_WEIGHT);
      case INT4 -> Optional.of(Precision.INT4_WEIGHT);
      case FLOAT8E4M3FN -> Optional.of(Precision.FLOAT8);
      case FLOAT64,
          FLOAT32,
          FLOAT16,
          BFLOAT16,
          FLOAT8E5M2,
          INT64,
          INT32,
          INT16,
          UINT64,
          UINT32,
          UINT16,
          UINT8,
          UINT4,
          BOOL ->
          Optional.empty();
    };
  }

  /** What the weight behind {@code value} is stored as, when it is dequantized. */
  private Optional<ElementType> storedWeight(Value value) {
    Node producer = producers.get(value.name());
    Value source =
        producer != null && producer.operator() instanceof Transpose
            ? producer.inputs().get(0)
            : value;
    return dequantized(source)
        .filter(node -> graph.weightOf(node.inputs().get(0)).isPresent())
        .map(node -> node.inputs().get(0).type().elementType());
  }

  private Optional<Node> dequantized(Value value) {
    return Optional.ofNullable(producers.get(value.name()))
        .filter(node -> node.operator() instanceof DequantizeLinear);
  }
}
