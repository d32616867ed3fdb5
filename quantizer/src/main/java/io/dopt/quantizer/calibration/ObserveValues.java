package io.dopt.quantizer.calibration;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Gather;
import io.dopt.ir.operator.Reduce;
import io.dopt.ir.operator.Reshape;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * Adds to a graph, for each value asked about, one small output that sums the value up within the
 * engine, so that no activation is ever fetched whole:
 *
 * <pre>
 *   x ─┬─ ReduceMin over all but the channels ──┐
 *      ├─ ReduceMax ────────────────────────────┤
 *      ├─ ReduceMean ───────────────────────────┼─ Concat ─ observed:x
 *      └─ Reshape [-1] ─ Gather 0, s, 2s, ... ──┘
 * </pre>
 *
 * The step {@code s} shares no divisor with any dimension, so that the sample wanders over
 * channels, rows and columns alike. What the graph computed before stays as it is.
 */
public final class ObserveValues {
  /** Elements of a value that a sample has at most. */
  public static final int MOST_SAMPLES = 16384;

  private final Graph graph;
  private final SortedSet<String> wanted;
  private final GraphBuilder builder;
  private final List<Observation> observations = new ArrayList<>();
  private final List<List<Value>> parts = new ArrayList<>();

  private ObserveValues(Graph graph, SortedSet<String> wanted) {
    this.graph = graph;
    this.wanted = new TreeSet<>(wanted);
    this.builder = GraphBuilder.rewriting(graph);
  }

  /**
   * The graph with its observations.
   *
   * @param graph of one shape bucket: its shapes are constant
   * @param values names of the values to observe: floating-point inputs, or outputs of nodes
   * @throws DoptException (INTERNAL) when the graph has no such value, naming it
   */
  public static ObservedGraph in(Graph graph, SortedSet<String> values) {
    return new ObserveValues(graph, values).rewrite();
  }

  private ObservedGraph rewrite() {
    graph.weights().values().forEach(builder::copy);
    graph.outputs().forEach(builder::output);
    observe(graph.inputs());
    for (Node node : graph.nodes()) {
      builder.copy(node);
      observe(node.outputs());
    }
    if (!wanted.isEmpty()) {
      throw new DoptException(
          ErrorCode.INTERNAL, "The graph " + graph.name() + " has no values " + wanted + ".");
    }
    concatenate();
    return new ObservedGraph(builder.build(), observations);
  }

  /**
   * The earliest value's output is the last node: ONNX Runtime walks from the last node that
   * nothing reads to what it needs, then from the one before it. So values are summed up and
   * forgotten one by one; in any other order all activations would be held until the end, gigabytes
   * of a large model.
   */
  private void concatenate() {
    for (int i = observations.size() - 1; i >= 0; i--) {
      try (GraphBuilder.Scope scope = builder.scope(observations.get(i).output())) {
        Value all = builder.node(new Concat(0), parts.get(i).toArray(Value[]::new));
        builder.output(observations.get(i).output(), all);
      }
    }
  }

  private void observe(List<Value> values) {
    for (Value value : values) {
      if (wanted.remove(value.name())) {
        try (GraphBuilder.Scope scope = builder.scope("observed:" + value.name())) {
          observe(value);
        }
      }
    }
  }

  private void observe(Value value) {
    List<Long> dimensions = value.type().shape().constants();
    int channelAxis = dimensions.size() == 4 ? 1 : dimensions.size() - 1;
    int channels = Math.toIntExact(dimensions.get(channelAxis));
    long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
    Value x =
        value.type().elementType() == ElementType.FLOAT32
            ? value
            : builder.node(new Cast(ElementType.FLOAT32), value);
    List<Value> summary = new ArrayList<>();
    for (Reduce.Function function :
        List.of(Reduce.Function.MIN, Reduce.Function.MAX, Reduce.Function.MEAN)) {
      summary.add(perChannel(x, function, channelAxis, channels));
    }
    Value sample = sample(x, dimensions, elements);
    summary.add(sample);
    parts.add(summary);
    String output = "observed:" + value.name();
    int samples = Math.toIntExact(sample.type().shape().get(0).constant());
    observations.add(
        new Observation(value.name(), output, channelAxis, channels, elements, samples));
  }

  private Value perChannel(Value x, Reduce.Function function, int channelAxis, int channels) {
    List<Long> others =
        LongStream.range(0, x.type().shape().rank())
            .filter(axis -> axis != channelAxis)
            .boxed()
            .toList();
    Value reduced = others.isEmpty() ? x : builder.node(new Reduce(function, others), x);
    return builder.reshape(reduced, Shape.of(channels));
  }

  private Value sample(Value x, List<Long> dimensions, long elements) {
    Value flat = builder.node(new Reshape(Shape.of(elements)), x);
    if (elements <= MOST_SAMPLES) {
      return flat;
    }
    long step = (elements + MOST_SAMPLES - 1) / MOST_SAMPLES;
    while (sharesDivisor(step, dimensions)) {
      step++;
    }
    long stride = step;
    double[] places =
        LongStream.iterate(0, place -> place < elements, place -> place + stride)
            .asDoubleStream()
            .toArray();
    Value indices = builder.constant(ElementType.INT64, List.of((long) places.length), places);
    return builder.node(new Gather(0), flat, indices);
  }

  private static boolean sharesDivisor(long step, List<Long> dimensions) {
    return dimensions.stream().anyMatch(dimension -> greatestCommonDivisor(step, dimension) > 1);
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}
