package io.dopt.compiler.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.dopt.compiler.onnx.Initializer;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms that TensorRT fuses compute what the decompositions compute. */
class TensorRtLoweringTest {
  private static final double FLOAT_TOLERANCE = 2e-6;

  @TempDir Path folder;

  private final GraphBuilder builder = new GraphBuilder("attention");
  private final Map<String, DenseTensor> inputs = new LinkedHashMap<>();

  private Value input(String name, Dimension sequence) {
    inputs.put(name, OnnxRuntimeRun.noise(inputs.size(), 2, 7, 64));
    return builder.input(
        name, ElementType.FLOAT32, Shape.of(Dimension.of(2), sequence, Dimension.of(64)));
  }

  private static List<String> operators(Graph graph) {
    return Lowerings.tensorRt().lower(graph).program().nodes().stream()
        .map(NodeProto::getOpType)
        .toList();
  }

  private double error(Graph graph) {
    float[] expected = OnnxRuntimeRun.run(graph, Lowerings.plain(), folder, inputs).get(0);
    float[] actual = OnnxRuntimeRun.run(graph, Lowerings.tensorRt(), folder, inputs).get(0);
    return OnnxRuntimeRun.relativeError(expected, actual);
  }

  private Graph groupNorm(boolean silu, boolean computed) {
    inputs.put("x", OnnxRuntimeRun.noise(5, 2, 8, 6, 4));
    Value x =
        builder.input(
            "x",
            ElementType.FLOAT32,
            Shape.of(
                builder.symbol("batch", new SymbolRange(1, 8, 1)),
                Dimension.of(8),
                builder.symbol("height", new SymbolRange(1, 64, 1)),
                Dimension.of(4)));
    Value scale = builder.weight("scale", OnnxRuntimeRun.noise(6, 8));
    Value bias = builder.weight("bias", OnnxRuntimeRun.noise(7, 8));
    Value factor = computed ? builder.add(scale, scale) : scale;
    builder.output("y", builder.node(new GroupNorm(4, 1e-5, silu), x, factor, bias));
    return builder.build();
  }

  @Test
  void groupNormHasItsAffineBehindIt() {
    Graph graph = groupNorm(true, false);
    List<String> operators = operators(graph);
    operators = operators.subList(operators.lastIndexOf("Reshape") + 1, operators.size());
    assertEquals(List.of("Mul", "Add", "Sigmoid", "Mul"), operators);
    List<String> constants =
        Lowerings.tensorRt().lower(graph).program().initializers().stream()
            .map(Initializer::name)
            .toList();
    assertTrue(constants.containsAll(List.of("scale:0", "bias:0")), constants.toString());
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void modelsNameTheOperatorSetsThatTheyUse() throws IOException {
    Graph graph = groupNorm(true, false);
    assertEquals(List.of(""), domains(OnnxRuntimeRun.write(graph, Lowerings.tensorRt(), folder)));
    assertEquals(
        List.of("", "com.microsoft"),
        domains(OnnxRuntimeRun.write(graph, Lowerings.cpu(), folder)));
  }

  private static List<String> domains(Path model) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(model)).getOpsetImportList().stream()
        .map(OperatorSetIdProto::getDomain)
        .toList();
  }

  @Test
  void groupNormWithoutSiluEndsWithTheAddition() {
    Graph graph = groupNorm(false, false);
    assertTrue(operators(graph).stream().noneMatch("Sigmoid"::equals));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void groupNormWithComputedScaleIsDecomposed() {
    Graph graph = groupNorm(false, true);
    assertTrue(
        Lowerings.tensorRt().lower(graph).choices().stream()
            .anyMatch(
                choice ->
                    choice.operator().equals("GroupNorm")
                        && choice.lowering().equals(LoweringChoice.DECOMPOSED)));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  private Graph attention(Dimension sequence, boolean causal) {
    Value query = input("query", sequence);
    Value key = input("key", sequence);
    Value value = input("value", sequence);
    builder.output("y", builder.node(new Attention(4, 0.25, causal), query, key, value));
    return builder.build();
  }

  @Test
  void attentionScalesTheQueryBeforeItsProducts() {
    Graph graph = attention(builder.symbol("sequence", new SymbolRange(1, 64, 1)), false);
    assertEquals(
        List.of(
            "Reshape",
            "Transpose",
            "Mul",
            "Reshape",
            "Transpose",
            "Reshape",
            "Transpose",
            "MatMul",
            "Softmax",
            "MatMul",
            "Transpose",
            "Reshape"),
        operators(graph));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void maskedAttentionHasNoInfinities() {
    Graph graph = attention(Dimension.of(7), true);
    assertTrue(operators(graph).contains("Add"));
    Lowerings.tensorRt()
        .lower(graph)
        .program()
        .initializers()
        .forEach(
            constant -> {
              for (double number : DenseTensor.read(constant.data()).toDoubles()) {
                assertTrue(Double.isFinite(number));
              }
            });
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  private Graph quantized(ElementType type, ElementType small, double scale) {
    List<Value> operands = new ArrayList<>();
    for (String name : List.of("query", "key", "value")) {
      Value x = builder.node(new Cast(type), input(name, Dimension.of(7)));
      Value unit = builder.scalar(type, 1 / 64.0);
      Value stored = builder.node(new QuantizeLinear(small, 0, 0), x, unit);
      operands.add(builder.node(new DequantizeLinear(0, 0), stored, unit));
    }
    Value result =
        builder.node(
            new QuantizedAttention(4, scale, ElementType.FLOAT8E4M3FN),
            operands.get(0),
            operands.get(1),
            operands.get(2));
    builder.output("y", builder.node(new Cast(ElementType.FLOAT32), result));
    return builder.build();
  }

  /** In float32, and with a scale that is a power of two, so that scaling first changes nothing. */
  @Test
  void quantizedAttentionEqualsItsDecomposition() {
    Graph graph = quantized(ElementType.FLOAT32, ElementType.FLOAT8E4M3FN, 0.25);
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void quantizedAttentionDequantizesRightBeforeItsProducts() {
    Graph graph = quantized(ElementType.FLOAT16, ElementType.FLOAT8E4M3FN, 1);
    List<String> operators = operators(graph);
    assertEquals(
        List.of("QuantizeLinear", "DequantizeLinear", "Cast"),
        operators.subList(
            operators.indexOf("QuantizeLinear"), operators.indexOf("QuantizeLinear") + 3));
    assertEquals(
        List.of(
            "MatMul",
            "Cast",
            "Softmax",
            "QuantizeLinear",
            "DequantizeLinear",
            "Cast",
            "QuantizeLinear",
            "DequantizeLinear",
            "Cast",
            "MatMul",
            "Cast",
            "Transpose",
            "Reshape"),
        operators.subList(operators.indexOf("MatMul"), operators.lastIndexOf("Reshape") + 1));
    assertEquals(4, operators.stream().filter("QuantizeLinear"::equals).count());
    assertTrue(error(graph) <= 2e-3);
  }

  @Test
  void attentionOfOtherOperandsIsDecomposed() {
    Graph graph = quantized(ElementType.FLOAT32, ElementType.INT8, 0.25);
    List<LoweringChoice> choices = Lowerings.tensorRt().lower(graph).choices();
    assertTrue(
        choices.stream()
            .anyMatch(
                choice ->
                    choice.operator().equals("QuantizedAttention")
                        && choice.lowering().equals(LoweringChoice.DECOMPOSED)
                        && choice.refusals().toString().contains("8-bit floats by one scale")));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }
}
