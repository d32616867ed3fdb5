package io.dopt.ir;

import io.dopt.ir.operator.Binary;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.Reshape;
import io.dopt.ir.operator.Transpose;
import io.dopt.ir.operator.Unary;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a graph node by node, inferring types as it goes. Node names are the open scopes joined by
 * dots, a slash and the operator, made unique by a number: {@code
 * down_blocks.0.resnets.1.conv1/Conv}. Not thread-safe; one builder makes one graph.
 */
public final class GraphBuilder {
  private final String name;
  private final SortedMap<String, SymbolRange> symbols = new TreeMap<>();
  private final List<Value> inputs = new ArrayList<>();
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Map<String, Integer> counters = new LinkedHashMap<>();
  private final Map<String, Value> constants = new LinkedHashMap<>();
  private final Deque<String> scopes = new ArrayDeque<>();

  /** Starts an empty graph called {@code name}. */
  public GraphBuilder(String name) {
    this.name = name;
  }

  /**
   * Starts a graph with the signature (symbols, inputs) of {@code other} and every name of {@code
   * other} reserved, so that a rewrite can copy nodes with {@link #copy} and add new ones without a
   * clash.
   */
  public static GraphBuilder rewriting(Graph other) {
    GraphBuilder builder = new GraphBuilder(other.name());
    builder.symbols.putAll(other.symbols());
    builder.inputs.addAll(other.inputs());
    other.inputs().forEach(value -> builder.taken.add(value.name()));
    builder.taken.addAll(other.weights().keySet());
    for (Node node : other.nodes()) {
      builder.taken.add(node.name());
      node.outputs().forEach(value -> builder.taken.add(value.name()));
    }
    return builder;
  }

  /** A part of the module path; close it (try-with-resources) to leave the part. */
  public Scope scope(String part) {
    scopes.addLast(part);
    return scopes::removeLast;
  }

  /** An open part of the module path. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /** The module path that is open, parts joined by dots. */
  public String path() {
    return String.join(".", scopes);
  }

  /** Declares a shape symbol. */
  public Dimension symbol(String symbol, SymbolRange range) {
    symbols.put(symbol, range);
    return Dimension.symbol(symbol);
  }

  /** Declares an input of the graph. */
  public Value input(String inputName, ElementType elementType, Shape shape) {
    Value value = new Value(reserve(inputName), new TensorType(elementType, shape));
    inputs.add(value);
    return value;
  }

  /** Declares what the caller sees as output {@code outputName}. */
  public void output(String outputName, Value value) {
    if (outputs.putIfAbsent(outputName, value) != null) {
      throw new IrException("two outputs are named " + outputName);
    }
  }

  /**
   * A weight of the given full name; asking again for a name gives the same value if the data is
   * the same.
   */
  public Value weight(String weightName, LazyTensor data) {
    Weight existing = weights.get(weightName);
    if (existing != null) {
      if (existing.data().fingerprint().equals(data.fingerprint())) {
        return existing.value();
      }
      return addWeight(unique(weightName), data);
    }
    return addWeight(taken.contains(weightName) ? unique(weightName) : weightName, data);
  }

  private Value addWeight(String weightName, LazyTensor data) {
    Weight weight = Weight.of(reserve(weightName), data);
    weights.put(weightName, weight);
    return weight.value();
  }

  /** A small constant, shared among equal ones; values are row-major. */
  public Value constant(ElementType elementType, List<Long> shape, double... values) {
    DenseTensor data = DenseTensor.ofDoubles(shape, values).cast(elementType);
    return constants.computeIfAbsent(
        data.fingerprint(), key -> addWeight(unique("constant"), data));
  }

  /** A scalar constant of shape []. */
  public Value scalar(ElementType elementType, double value) {
    return constant(elementType, List.of(), value);
  }

  /** A constant of one repeated value. */
  public Value fill(ElementType elementType, List<Long> shape, double value) {
    double[] values =
        new double[(int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b)];
    Arrays.fill(values, value);
    return constant(elementType, shape, values);
  }

  /**
   * The additive mask [length, length] that hides later positions: 0 on and below the diagonal,
   * -infinity above.
   */
  public Value causalMask(ElementType elementType, long length) {
    double[] values = new double[(int) (length * length)];
    for (int row = 0; row < length; row++) {
      for (int column = row + 1; column < length; column++) {
        values[(int) (row * length) + column] = Double.NEGATIVE_INFINITY;
      }
    }
    return constant(elementType, List.of(length, length), values);
  }

  /** Adds a node with one output. */
  public Value node(Operator operator, Value... nodeInputs) {
    List<Value> results = nodes(operator, nodeInputs);
    if (results.size() != 1) {
      throw new IrException(
          operator.operatorName() + " in " + path() + " has " + results.size() + " outputs");
    }
    return results.get(0);
  }

  /** Adds a node with any number of outputs. */
  public List<Value> nodes(Operator operator, Value... nodeInputs) {
    String base =
        path().isEmpty() ? operator.operatorName() : path() + "/" + operator.operatorName();
    String nodeName = taken.contains(base) ? unique(base) : base;
    List<TensorType> types;
    try {
      types = operator.infer(Arrays.stream(nodeInputs).map(Value::type).toList());
    } catch (IrException e) {
      throw new IrException(nodeName + ": " + e.getMessage(), e);
    }
    List<Value> results = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      results.add(
          new Value(
              reserve(types.size() == 1 ? nodeName : nodeName + ":" + i),
              types.get(i).simplify(symbols)));
    }
    taken.add(nodeName);
    add(new Node(nodeName, operator, List.of(nodeInputs), results));
    return List.copyOf(results);
  }

  /**
   * Adds a node of another graph as it is, names included; only for builders made by {@link
   * #rewriting}.
   */
  public void copy(Node node) {
    add(node);
  }

  private void add(Node node) {
    nodes.add(node);
    node.outputs().forEach(value -> producers.put(value.name(), node));
  }

  /** The node written so far that gives {@code value}; empty for inputs and weights. */
  public Optional<Node> producerOf(Value value) {
    return Optional.ofNullable(producers.get(value.name()));
  }

  /** The weight that defines {@code value}, if one does. */
  public Optional<Weight> weightOf(Value value) {
    return Optional.ofNullable(weights.get(value.name()));
  }

  /**
   * Adds a weight of another graph as it is, name included; only for builders made by {@link
   * #rewriting}.
   */
  public void copy(Weight weight) {
    weights.put(weight.value().name(), weight);
  }

  public Value unary(Unary.Function function, Value x) {
    return node(new Unary(function), x);
  }

  public Value add(Value left, Value right) {
    return node(new Binary(Binary.Function.ADD), left, right);
  }

  public Value sub(Value left, Value right) {
    return node(new Binary(Binary.Function.SUB), left, right);
  }

  public Value mul(Value left, Value right) {
    return node(new Binary(Binary.Function.MUL), left, right);
  }

  public Value div(Value left, Value right) {
    return node(new Binary(Binary.Function.DIV), left, right);
  }

  public Value matMul(Value left, Value right) {
    return node(new MatMul(), left, right);
  }

  /** Reshapes unless the shape is already that. */
  public Value reshape(Value x, Shape shape) {
    return x.type().shape().equals(shape) ? x : node(new Reshape(shape), x);
  }

  public Value transpose(Value x, long... permutation) {
    return node(new Transpose(Arrays.stream(permutation).boxed().toList()), x);
  }

  /**
   * A two-dimensional convolution with equal stride and padding on both axes; {@code bias} may be
   * absent (null-free: use the overload).
   */
  public Value conv2d(Value x, Value weight, Value bias, long stride, long padding) {
    return node(squareConv(stride, padding), x, weight, bias);
  }

  /** A two-dimensional convolution without bias. */
  public Value conv2d(Value x, Value weight, long stride, long padding) {
    return node(squareConv(stride, padding), x, weight);
  }

  private static Conv squareConv(long stride, long padding) {
    return new Conv(
        List.of(stride, stride), List.of(padding, padding, padding, padding), List.of(1L, 1L), 1);
  }

  /**
   * The finished graph: weights in the order of their first use, those that nothing reads left out.
   */
  public Graph build() {
    Map<String, Weight> used = new LinkedHashMap<>();
    nodes.forEach(node -> node.inputs().forEach(value -> use(value, used)));
    outputs.values().forEach(value -> use(value, used));
    Graph graph = new Graph(name, symbols, inputs, used, nodes, outputs);
    new GraphVerifier().verify(graph);
    return graph;
  }

  private void use(Value value, Map<String, Weight> used) {
    Weight weight = weights.get(value.name());
    if (weight != null) {
      used.putIfAbsent(value.name(), weight);
    }
  }

  private String unique(String base) {
    String candidate;
    do {
      candidate = base + "_" + counters.merge(base, 1, Integer::sum);
    } while (taken.contains(candidate));
    return candidate;
  }

  private String reserve(String valueName) {
    if (!taken.add(valueName)) {
      throw new IrException("two values are named " + valueName);
    }
    return valueName;
  }
}
