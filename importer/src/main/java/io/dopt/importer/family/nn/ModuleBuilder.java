package io.dopt.importer.family.nn;

import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Gather;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.LayerNormalization;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * PyTorch's layers over a {@link GraphBuilder}: a layer takes its weights by its place in the
 * module tree, as {@code state_dict} names them. The number of input features is that of the input.
 */
public final class ModuleBuilder {
  private final GraphBuilder graph;
  private final WeightSource weights;
  private final UnaryOperator<String> legacyName;
  private final Deque<List<String>> impliedBy = new ArrayDeque<>(List.of(List.of()));

  /** Builds graph {@code graphName} of the weights in {@code weights}. */
  public ModuleBuilder(String graphName, WeightSource weights) {
    this(graphName, weights, UnaryOperator.identity());
  }

  /**
   * @param legacyName what old files call the weight of a given name, used when the file has that
   *     one only
   */
  public ModuleBuilder(String graphName, WeightSource weights, UnaryOperator<String> legacyName) {
    this.graph = new GraphBuilder(graphName);
    this.weights = weights;
    this.legacyName = legacyName;
  }

  /** The graph that is being built. */
  public GraphBuilder graph() {
    return graph;
  }

  /** Runs {@code body} inside the submodule {@code part}; dots separate nested parts. */
  public <T> T scope(String part, Supplier<T> body) {
    try (GraphBuilder.Scope open = graph.scope(part)) {
      return body.get();
    }
  }

  /** Runs {@code body} with the config keys that decide its weights' shapes, for messages. */
  public <T> T impliedBy(List<String> keys, Supplier<T> body) {
    impliedBy.push(keys);
    try {
      return body.get();
    } finally {
      impliedBy.pop();
    }
  }

  /** {@link #scope(String, Supplier)} and {@link #impliedBy} in one. */
  public <T> T scope(String part, List<String> keys, Supplier<T> body) {
    return impliedBy(keys, () -> scope(part, body));
  }

  /** The weight {@code name} of the open submodule. */
  public Value parameter(String name, Long... shape) {
    LazyTensor data = data(name, shape);
    return graph.weight(graph.path().isEmpty() ? name : graph.path() + "." + name, data);
  }

  private LazyTensor data(String name, Long... shape) {
    String full = graph.path().isEmpty() ? name : graph.path() + "." + name;
    String legacy = legacyName.apply(full);
    String found = weights.contains(full) || !weights.contains(legacy) ? full : legacy;
    return weights.weight(found, List.of(shape), impliedBy.peek());
  }

  /** torch.nn.Linear: x [..., in] -> [..., features]. */
  public Value linear(String name, Value x, long features) {
    return scope(name, () -> graph.add(project(x, features), parameter("bias", features)));
  }

  /** torch.nn.Linear without bias. */
  public Value linearWithoutBias(String name, Value x, long features) {
    return scope(name, () -> project(x, features));
  }

  /** PyTorch keeps [out, in]; MatMul wants [in, out]. */
  private Value project(Value x, long features) {
    LazyTensor weight = data("weight", features, last(x));
    return graph.matMul(
        x, graph.weight(graph.path() + ".weight", LazyTensors.transpose(weight, List.of(1, 0))));
  }

  /** torch.nn.Conv2d with a square kernel: x [N, in, H, W] -> [N, channels, H', W']. */
  public Value conv2d(String name, Value x, long channels, long kernel, long stride, long padding) {
    return scope(
        name,
        () ->
            graph.conv2d(
                x, kernel(x, channels, kernel), parameter("bias", channels), stride, padding));
  }

  /** torch.nn.Conv2d with a square kernel and without bias. */
  public Value conv2dWithoutBias(
      String name, Value x, long channels, long kernel, long stride, long padding) {
    return scope(name, () -> graph.conv2d(x, kernel(x, channels, kernel), stride, padding));
  }

  private Value kernel(Value x, long channels, long size) {
    return parameter("weight", channels, x.type().shape().get(1).constant(), size, size);
  }

  /** torch.nn.GroupNorm with an activation behind it, if given. */
  public Value groupNorm(
      String name, Value x, long groups, double epsilon, Optional<Activation> activation) {
    boolean silu = activation.filter(Activation.SILU::equals).isPresent();
    long channels = x.type().shape().get(1).constant();
    Value normalized =
        scope(
            name,
            () ->
                graph.node(
                    new GroupNorm(groups, epsilon, silu),
                    x,
                    parameter("weight", channels),
                    parameter("bias", channels)));
    return silu || activation.isEmpty() ? normalized : activation.get().apply(graph, normalized);
  }

  /** torch.nn.LayerNorm over the last axis. */
  public Value layerNorm(String name, Value x, double epsilon) {
    return scope(
        name,
        () ->
            graph.node(
                new LayerNormalization(epsilon),
                x,
                parameter("weight", last(x)),
                parameter("bias", last(x))));
  }

  /** torch.nn.Embedding: ids [...] -> [..., size]. */
  public Value embedding(String name, Value ids, long entries, long size) {
    return scope(name, () -> graph.node(new Gather(0), parameter("weight", entries, size), ids));
  }

  private static long last(Value x) {
    return x.type().shape().get(-1).constant();
  }
}
