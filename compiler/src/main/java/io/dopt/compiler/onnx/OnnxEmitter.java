package io.dopt.compiler.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.dopt.ir.Graph;
import io.dopt.ir.IrException;
import io.dopt.ir.Node;
import io.dopt.ir.TensorType;
import io.dopt.ir.Value;
import io.dopt.ir.Weight;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects the ONNX form of one graph: lowering rules add nodes and ask it for the names of values,
 * constants and computed shapes. Initializers appear when something first uses them. Not
 * thread-safe; one emitter makes one program.
 */
public final class OnnxEmitter implements NodeScope {
  private final Graph graph;
  private final Map<String, String> renamed = new HashMap<>();
  private final List<NodeProto> nodes = new ArrayList<>();
  private final Map<String, Initializer> initializers = new LinkedHashMap<>();
  private final Map<String, String> constants = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<String> nodeNames = new HashSet<>();
  private final List<String> outputNames = new ArrayList<>();
  private final ShapeArithmetic shapes;

  /** Starts the ONNX form of {@code graph}. */
  public OnnxEmitter(Graph graph) {
    this.graph = graph;
    graph.inputs().forEach(value -> taken.add(value.name()));
    taken.addAll(graph.weights().keySet());
    graph.nodes().forEach(node -> node.outputs().forEach(value -> taken.add(value.name())));
    this.shapes = new ShapeArithmetic(this, graph);
    Set<String> computed = new HashSet<>();
    graph.nodes().forEach(node -> node.outputs().forEach(value -> computed.add(value.name())));
    graph.outputs().forEach((name, value) -> outputNames.add(outputName(name, value, computed)));
  }

  /**
   * What the model calls an output: the caller's name, if no other value has it (the unet's input
   * and output are both {@code sample}), else with {@code out_} before it. The node that computes
   * it writes it under this name.
   */
  private String outputName(String name, Value value, Set<String> computed) {
    if (value.name().equals(name) && computed.contains(name)) {
      return name;
    }
    String chosen = name;
    if (!taken.add(chosen)) {
      chosen = taken.add("out_" + name) ? "out_" + name : fresh("out_" + name);
    }
    if (computed.contains(value.name())) {
      renamed.putIfAbsent(value.name(), chosen);
    }
    return chosen;
  }

  /** The graph that is being written. */
  public Graph graph() {
    return graph;
  }

  /** Starts an ONNX operator that stands for {@code node}. */
  public OnnxNode node(Node node, String operator) {
    return new OnnxNode(this, node.name(), "", operator);
  }

  /** Starts a contributed operator of ONNX Runtime that stands for {@code node}. */
  public OnnxNode contributed(Node node, String operator) {
    return new OnnxNode(this, node.name(), OnnxNode.MICROSOFT, operator);
  }

  OnnxNode node(String name, String operator) {
    return new OnnxNode(this, name, "", operator);
  }

  /** Starts a graph inside a node that stands for {@code node}. */
  public OnnxSubgraph subgraph(Node node) {
    return new OnnxSubgraph(this, node);
  }

  @Override
  public void add(NodeProto.Builder node) {
    nodes.add(node.setName(uniqueNode(node.getName())).build());
  }

  /** A name that no node has: {@code name} itself if it can be. */
  String uniqueNode(String name) {
    return nodeNames.add(name) ? name : unique(nodeNames, name);
  }

  @Override
  public String fresh(String base) {
    return unique(taken, base);
  }

  private static String unique(Set<String> names, String base) {
    String candidate = base + ":0";
    for (int i = 1; !names.add(candidate); i++) {
      candidate = base + ":" + i;
    }
    return candidate;
  }

  /** What ONNX calls {@code value}. */
  public String name(Value value) {
    graph.weightOf(value).ifPresent(weight -> use(weight.value().name(), weight));
    return renamed.getOrDefault(value.name(), value.name());
  }

  /** What ONNX calls {@code values}. */
  public List<String> names(List<Value> values) {
    return values.stream().map(this::name).toList();
  }

  private void use(String name, Weight weight) {
    initializers.computeIfAbsent(
        name, key -> new Initializer(key, weight.data().shape(), weight.data()));
  }

  /**
   * A weight under another shape of as many elements, and a name that starts with its own; stored
   * once.
   *
   * @throws IrException when {@code value} is not a weight
   */
  public String view(Value value, List<Long> dims) {
    LazyTensor data =
        graph
            .weightOf(value)
            .orElseThrow(() -> new IrException(value.name() + " is not a weight"))
            .data();
    return constant(value.name(), data, dims);
  }

  /** An int64 vector. */
  public String vector(List<Long> values) {
    long[] array = values.stream().mapToLong(Long::longValue).toArray();
    return constant(DenseTensor.ofLongs(List.of((long) array.length), array));
  }

  /** A float32 vector. */
  public String floats(float... values) {
    return constant(DenseTensor.ofFloats(List.of((long) values.length), values));
  }

  /** An int32 vector. */
  public String integers(int... values) {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asIntBuffer().put(values);
    return constant(DenseTensor.of(ElementType.INT32, List.of((long) values.length), data));
  }

  /** A scalar of the given type. */
  public String scalar(ElementType elementType, double value) {
    return constant(DenseTensor.ofDoubles(List.of(), value).cast(elementType));
  }

  /** A tensor of zeros of the given type. */
  public String zeros(ElementType elementType, List<Long> shape) {
    long elements = shape.stream().reduce(1L, Math::multiplyExact);
    byte[] bytes = new byte[Math.toIntExact(elementType.byteSize(elements))];
    return constant(DenseTensor.of(elementType, shape, ByteBuffer.wrap(bytes)));
  }

  /** A constant of any content. */
  public String constant(LazyTensor data) {
    return constant("constant", data, data.shape());
  }

  private String constant(String base, LazyTensor data, List<Long> dims) {
    return constants.computeIfAbsent(
        data.fingerprint() + dims,
        key -> {
          String name = fresh(base);
          initializers.put(name, new Initializer(name, dims, data));
          return name;
        });
  }

  /** An int64 vector that holds {@code shape} at run time, computed from the inputs' shapes. */
  public String shape(Shape shape) {
    return shape.isConstant() ? vector(shape.constants()) : shapes.vector(shape);
  }

  /** The finished program. */
  public OnnxProgram finish() {
    List<ValueInfoProto> inputs = new ArrayList<>();
    graph.inputs().forEach(value -> inputs.add(info(value.name(), value.type())));
    List<ValueInfoProto> outputs = new ArrayList<>();
    int index = 0;
    for (Value value : graph.outputs().values()) {
      String outputName = outputNames.get(index++);
      if (!outputName.equals(name(value))) {
        node(outputName, "Identity").inputs(name(value)).outputs(outputName);
      }
      outputs.add(info(outputName, value.type()));
    }
    return new OnnxProgram(
        graph.name(), nodes, List.copyOf(initializers.values()), inputs, outputs);
  }

  static ValueInfoProto info(String name, TensorType type) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Dimension dimension : type.shape().dimensions()) {
      if (dimension.isConstant()) {
        shape.addDimBuilder().setDimValue(dimension.constant());
      } else {
        shape.addDimBuilder().setDimParam(dimension.toString());
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.elementType().onnxCode())
                        .setShape(shape)))
        .build();
  }
}
