package io.dopt.compiler.tensorrt;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings Q/DQ into the forms that TensorRT knows. It quantizes to i8 around 0, and only what goes
 * into layers: their results are for the next layer to quantize.
 *
 * <pre>
 * MatMul(DQ(Q(x) u8), w)                -> MatMul(DQ(Q(x) i8), w)     the widest bound over 127
 * Add(DQ(Q(Conv(x, w))), y)             -> Add(Conv(x, w), y)
 * QuantizedAttention(DQ(Q(q)), ...) u8  -> Attention(q, ...)          no kernel is documented
 * QuantizedAttention(DQ(Q(q)), ...) f8  -> the same, or as for u8 where heads are no multiple of 16
 *                                          wide, or wider than 256
 * </pre>
 *
 * <p>Numbers change by what the coarser steps round, or are not rounded any more.
 */
final class TensorRtQuantization {
  private static final int LARGEST_UINT8 = 255;
  private static final int LARGEST_INT8 = 127;
  private static final long HEAD_STEP = 16;
  private static final long LARGEST_HEAD = 256;

  private final Graph graph;
  private final GraphBuilder builder;
  private final Map<String, Node> producers = new HashMap<>();

  private TensorRtQuantization(Graph graph) {
    this.graph = graph;
    this.builder = GraphBuilder.rewriting(graph);
    graph.weights().values().forEach(builder::copy);
    graph.nodes().forEach(node -> node.outputs().forEach(each -> producers.put(each.name(), node)));
  }

  /** The graph with Q/DQ as TensorRT knows them; itself when it has none. */
  static Graph apply(Graph graph) {
    boolean quantizes =
        graph.nodes().stream().anyMatch(node -> node.operator() instanceof QuantizeLinear);
    return quantizes ? new TensorRtQuantization(graph).run() : graph;
  }

  private Graph run() {
    List<Node> rewritten = graph.nodes().stream().map(this::rewrite).toList();
    Set<String> read = new HashSet<>();
    graph.outputs().values().forEach(value -> read.add(beforeQuantization(value).name()));
    Deque<Node> live = new ArrayDeque<>();
    for (int i = rewritten.size() - 1; i >= 0; i--) {
      Node node = rewritten.get(i);
      if (node.outputs().stream().anyMatch(value -> read.contains(value.name()))) {
        node.inputs().forEach(value -> read.add(value.name()));
        live.addFirst(node);
      }
    }
    live.forEach(builder::copy);
    graph.outputs().forEach((name, value) -> builder.output(name, beforeQuantization(value)));
    return builder.build();
  }

  private Node rewrite(Node node) {
    Operator operator = node.operator();
    Value first = node.inputs().get(0);
    if (operator instanceof QuantizedAttention attention && !isFused(attention, node)) {
      Attention plain = new Attention(attention.heads(), attention.scale(), false);
      return new Node(node.name(), plain, beforeQuantization(node), node.outputs());
    }
    if (operator instanceof QuantizeLinear quantize && quantize.to() == ElementType.UINT8) {
      Value output = signed(node.output());
      QuantizeLinear symmetric = new QuantizeLinear(ElementType.INT8, 0, 0);
      List<Value> inputs = List.of(beforeQuantization(first), symmetricScale(node));
      return new Node(node.name(), symmetric, inputs, List.of(output));
    }
    if (operator instanceof DequantizeLinear) {
      return first.type().elementType() == ElementType.UINT8
          ? node.withInputs(List.of(signed(first), symmetricScale(node)))
          : node;
    }
    return isQuantized(node) ? node : node.withInputs(beforeQuantization(node));
  }

  /** Whether a layer multiplies small numbers. */
  private boolean isQuantized(Node node) {
    boolean layer = node.operator() instanceof MatMul || node.operator() instanceof Conv;
    return node.operator() instanceof QuantizedAttention
        || (layer
            && producer(node.inputs().get(1))
                .filter(weight -> weight.operator() instanceof DequantizeLinear)
                .isPresent());
  }

  /** Whether TensorRT has a kernel for an attention in 8-bit floats. */
  private static boolean isFused(QuantizedAttention attention, Node node) {
    long head = node.inputs().get(0).type().shape().get(2).constant() / attention.heads();
    return attention.probabilities() == ElementType.FLOAT8E4M3FN
        && head % HEAD_STEP == 0
        && head <= LARGEST_HEAD;
  }

  private List<Value> beforeQuantization(Node node) {
    return node.inputs().stream().map(this::beforeQuantization).toList();
  }

  /** x of DQ(Q(x)), else the value itself. */
  private Value beforeQuantization(Value value) {
    Optional<Value> source =
        producer(value)
            .filter(node -> node.operator() instanceof DequantizeLinear)
            .flatMap(node -> producer(node.inputs().get(0)))
            .filter(node -> node.operator() instanceof QuantizeLinear)
            .map(node -> node.inputs().get(0));
    return source.map(this::beforeQuantization).orElse(value);
  }

  private Optional<Node> producer(Value value) {
    return Optional.ofNullable(producers.get(value.name()));
  }

  private static Value signed(Value value) {
    return new Value(value.name(), value.type().withElementType(ElementType.INT8));
  }

  /** The scale around 0 that covers what scale and zero point of u8 cover. */
  private Value symmetricScale(Node node) {
    Value scale = node.inputs().get(1);
    float zeroPoint = node.inputs().size() > 2 ? number(node.inputs().get(2)) : 0;
    float steps = Math.max(zeroPoint, LARGEST_UINT8 - zeroPoint);
    return builder.scalar(scale.type().elementType(), number(scale) * steps / LARGEST_INT8);
  }

  private float number(Value scalar) {
    LazyTensor data = graph.weightOf(scalar).orElseThrow().data();
    return DenseTensor.read(data).cast(ElementType.FLOAT32).toFloats()[0];
  }
}
