package io.dopt.compiler.tensorrt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.Expand;
import io.dopt.ir.operator.Gather;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.ir.operator.SinusoidalEmbedding;
import io.dopt.ir.operator.Softmax;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every value gets the type it is computed in, with as few Casts as that takes. */
class StrongTypingTest {
  private final GraphBuilder builder = new GraphBuilder("typed");

  private Value image() {
    return builder.input("x", ElementType.FLOAT32, Shape.of(1L, 16L, 8L, 8L));
  }

  private Value zeros(String name, long... shape) {
    List<Long> dims = Shape.of(shape).constants();
    int elements = (int) dims.stream().reduce(1L, (a, b) -> a * b).longValue();
    return builder.weight(name, DenseTensor.ofFloats(dims, new float[elements]));
  }

  private Value conv(Value x, String weight) {
    return builder.conv2d(x, zeros(weight, 16, 16, 3, 3), 1, 1);
  }

  private static List<String> operators(Graph graph) {
    return graph.nodes().stream().map(node -> node.operator().operatorName()).toList();
  }

  private static Node only(Graph graph, Class<?> operator) {
    List<Node> found =
        graph.nodes().stream().filter(node -> operator.isInstance(node.operator())).toList();
    assertEquals(1, found.size(), operator.getSimpleName());
    return found.get(0);
  }

  private static ElementType type(Value value) {
    return value.type().elementType();
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void layersComputeInTheTypeBetweenCasts(ElementType compute) {
    Value x = image();
    builder.output("y", builder.add(conv(x, "first"), conv(x, "second")));
    Graph typed = StrongTyping.apply(builder.build(), compute);
    assertEquals(List.of("Cast", "Conv", "Conv", "Add", "Cast"), operators(typed));
    assertEquals(ElementType.FLOAT32, type(typed.inputs().get(0)));
    assertEquals(ElementType.FLOAT32, type(typed.outputs().get("y")));
    assertEquals(List.of("first", "second"), List.copyOf(typed.weights().keySet()));
    typed.weights().values().forEach(weight -> assertEquals(compute, weight.data().elementType()));
  }

  @Test
  void float32StaysAsItIs() {
    builder.output("y", conv(image(), "weight"));
    Graph graph = builder.build();
    assertSame(graph, StrongTyping.apply(graph, ElementType.FLOAT32));
  }

  @Test
  void onlyFloatsOf16BitsAreComputedIn() {
    builder.output("y", conv(image(), "weight"));
    Graph graph = builder.build();
    assertThrows(IllegalArgumentException.class, () -> StrongTyping.apply(graph, ElementType.INT8));
  }

  @Test
  void normalizationsAreIslands() {
    Value norm =
        builder.node(
            new GroupNorm(4, 1e-5, true),
            conv(image(), "a"),
            zeros("scale", 16),
            zeros("bias", 16));
    builder.output("y", conv(norm, "b"));
    Graph typed = StrongTyping.apply(builder.build(), ElementType.FLOAT16);
    assertEquals(
        List.of("Cast", "Conv", "Cast", "GroupNorm", "Cast", "Conv", "Cast"), operators(typed));
    only(typed, GroupNorm.class)
        .inputs()
        .forEach(value -> assertEquals(ElementType.FLOAT32, type(value)));
  }

  @Test
  void timestepsAreNotRounded() {
    Value timestep = builder.input("timestep", ElementType.FLOAT32, Shape.of(1L));
    Value expanded = builder.node(new Expand(Shape.of(2L)), timestep);
    Value embedding = builder.node(new SinusoidalEmbedding(16, true, 0, 1, 10000), expanded);
    builder.output("y", builder.matMul(embedding, zeros("weight", 16, 4)));
    Graph typed = StrongTyping.apply(builder.build(), ElementType.BFLOAT16);
    assertEquals(
        List.of("Expand", "SinusoidalEmbedding", "Cast", "MatMul", "Cast"), operators(typed));
  }

  @Test
  void namedNodesAreIslands() {
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(2L, 4L));
    builder.output("y", builder.node(new Softmax(-1), x));
    Float32Islands islands = Float32Islands.standard().and(Pattern.compile("Softmax"));
    Graph typed = StrongTyping.apply(builder.build(), ElementType.FLOAT16, islands);
    assertEquals(List.of("Softmax"), operators(typed));
  }

  @Test
  void indicesAndWhatBecomesAFloatLater() {
    Value ids = builder.input("ids", ElementType.INT64, Shape.of(3L));
    Value rows = builder.node(new Gather(0), zeros("table", 5, 4), ids);
    Value column =
        builder.reshape(builder.node(new Cast(ElementType.FLOAT32), ids), Shape.of(3L, 1L));
    builder.output("y", builder.mul(rows, column));
    builder.output("ids_out", ids);
    Graph typed = StrongTyping.apply(builder.build(), ElementType.FLOAT16);
    assertEquals(List.of("Gather", "Cast", "Reshape", "Mul", "Cast"), operators(typed));
    assertEquals(ElementType.FLOAT16, type(only(typed, Gather.class).output()));
    assertEquals(ElementType.INT64, type(typed.outputs().get("ids_out")));
  }

  private Graph quantized(ElementType small, float scale) {
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(2L, 4L));
    Value unit = builder.weight("unit", DenseTensor.ofFloats(List.of(), scale));
    Value stored = builder.node(new QuantizeLinear(small, 0, 0), x, unit);
    Value real = builder.node(new DequantizeLinear(0, 0), stored, unit);
    Value weight =
        builder.node(
            new DequantizeLinear(1, 0),
            builder.weight(
                "weight", DenseTensor.ofFloats(List.of(4L, 2L), new float[8]).cast(small)),
            builder.weight("weight_scale", DenseTensor.ofFloats(List.of(2L), 0.1f, 1e-9f)));
    builder.output("y", builder.matMul(real, weight));
    return StrongTyping.apply(builder.build(), ElementType.FLOAT16);
  }

  @Test
  void integersAreRoundedFromFloat32ByTheScaleThatBringsThemBack() {
    Graph typed = quantized(ElementType.INT8, 0.1f);
    assertEquals(
        List.of("QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "MatMul", "Cast"),
        operators(typed));
    Node quantize = only(typed, QuantizeLinear.class);
    Node dequantize = typed.nodes().get(1);
    assertEquals(ElementType.FLOAT32, type(quantize.inputs().get(0)));
    assertEquals(ElementType.FLOAT16, type(dequantize.output()));
    assertArrayEquals(
        numbers(typed, dequantize.inputs().get(1)), numbers(typed, quantize.inputs().get(1)));
    assertEquals(ElementType.FLOAT16, type(only(typed, MatMul.class).output()));
  }

  @Test
  void floatsOf8BitsAreRoundedFromTheComputeType() {
    Graph typed = quantized(ElementType.FLOAT8E4M3FN, 0.1f);
    assertEquals(ElementType.FLOAT16, type(only(typed, QuantizeLinear.class).inputs().get(0)));
  }

  @Test
  void noScaleBecomesZero() {
    Graph typed = quantized(ElementType.INT8, 0.1f);
    float[] scales = numbers(typed, typed.nodes().get(2).inputs().get(1));
    assertArrayEquals(new float[] {0.099975586f, 0x1p-24f}, scales);
  }

  private static float[] numbers(Graph graph, Value weight) {
    return DenseTensor.read(graph.weightOf(weight).orElseThrow().data()).toFloats();
  }
}
