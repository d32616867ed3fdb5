package io.dopt.compiler.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.operator.DequantizeLinear;
import io.dopt.ir.operator.MatMul;
import io.dopt.ir.operator.QuantizeLinear;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.ir.operator.Transpose;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import io.dopt.tensor.SymmetricFormat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kernels for quantized numbers take the graphs they are for and no others, and compute what Q/DQ
 * nodes around float32 operators compute.
 */
class QuantizedLoweringTest {
  private static final double FLOAT_TOLERANCE = 2e-6;
  private static final float STEP = 1 / 32f;

  @TempDir Path folder;

  private final GraphBuilder builder = new GraphBuilder("quantized");

  private Value input(String name, long... shape) {
    return builder.input(name, ElementType.FLOAT32, Shape.of(shape));
  }

  private Value quantized(Value x, ElementType type) {
    Value scale = builder.scalar(ElementType.FLOAT32, STEP);
    if (type == ElementType.UINT8) {
      Value zeroPoint = builder.scalar(type, 117);
      Value stored = builder.node(new QuantizeLinear(type, 0, 0), x, scale, zeroPoint);
      return builder.node(new DequantizeLinear(0, 0), stored, scale, zeroPoint);
    }
    return builder.node(
        new DequantizeLinear(0, 0), builder.node(new QuantizeLinear(type, 0, 0), x, scale), scale);
  }

  private Value weight(SymmetricFormat format, Granularity granularity, long... shape) {
    DenseTensor data = OnnxRuntimeRun.noise(9, shape);
    int scales =
        (int) granularity.scaleShape(data.shape()).stream().reduce(1L, (a, b) -> a * b).longValue();
    float[] maxima = new float[scales];
    for (int i = 0; i < scales; i++) {
      maxima[i] = 2 + i % 5;
    }
    QuantizationParameters parameters =
        QuantizationParameters.ofMaxima(format, granularity, data.shape(), maxima);
    return builder.node(
        DequantizeLinear.of(granularity),
        builder.weight("weight", LazyTensors.quantize(data, parameters)),
        builder.weight("weight_scale", parameters.scale()));
  }

  private static List<String> lowerings(Graph graph) {
    return Lowerings.cpu().lower(graph).choices().stream().map(LoweringChoice::lowering).toList();
  }

  private double error(Graph graph) {
    Map<String, DenseTensor> inputs = new LinkedHashMap<>();
    graph
        .inputs()
        .forEach(
            value ->
                inputs.put(
                    value.name(),
                    OnnxRuntimeRun.noise(
                        inputs.size(),
                        value.type().shape().constants().stream()
                            .mapToLong(Long::longValue)
                            .toArray())));
    float[] expected = OnnxRuntimeRun.run(graph, Lowerings.plain(), folder, inputs).get(0);
    float[] actual = OnnxRuntimeRun.run(graph, Lowerings.cpu(), folder, inputs).get(0);
    assertTrue(Arrays.stream(toDoubles(expected)).anyMatch(value -> value != 0));
    return OnnxRuntimeRun.relativeError(expected, actual);
  }

  private static double[] toDoubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private Graph linear(ElementType type, Granularity granularity, boolean bias) {
    Value x = quantized(input("x", 2L, 7L, 64L), type);
    Value product = builder.matMul(x, weight(SymmetricFormat.INT8, granularity, 64, 48));
    if (bias) {
      product = builder.add(builder.weight("bias", OnnxRuntimeRun.noise(3, 48)), product);
    }
    builder.output("y", product);
    return builder.build();
  }

  @Test
  void linearLayersWithTheirBiasAreOneKernel() {
    Graph graph = linear(ElementType.UINT8, new Granularity.PerAxis(1), true);
    assertEquals(
        List.of(
            "QuantizeLinear",
            "part of its readers' kernels",
            "part of its readers' kernels",
            "com.microsoft.MatMulIntegerToFloat",
            LoweringChoice.FUSED),
        lowerings(graph));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void signedActivationsAndOneScaleAreLinearLayersToo() {
    Graph graph = linear(ElementType.INT8, new Granularity.PerTensor(), false);
    assertTrue(lowerings(graph).contains("com.microsoft.MatMulIntegerToFloat"));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void scalesAlongTheInputChannelsHaveNoKernel() {
    Graph graph = linear(ElementType.UINT8, new Granularity.PerAxis(0), true);
    assertEquals(
        List.of("QuantizeLinear", "DequantizeLinear", "Cast, Mul", "as in ONNX", "as in ONNX"),
        lowerings(graph));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  /** The bias is added again for another reader of the product, or the product would be lost. */
  @Test
  void biasOfAProductThatIsReadTwiceStaysOutside() {
    Value x = quantized(input("x", 2L, 7L, 64L), ElementType.UINT8);
    Value product =
        builder.matMul(x, weight(SymmetricFormat.INT8, new Granularity.PerAxis(1), 64, 48));
    builder.output("y", builder.add(product, builder.weight("b", OnnxRuntimeRun.noise(3, 48))));
    builder.output("product", product);
    Graph graph = builder.build();
    assertEquals("as in ONNX", lowerings(graph).get(4));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  /** What another node reads in float32 is written for it. */
  @Test
  void operandsThatOthersReadAreDequantizedForThem() {
    Value x = quantized(input("x", 2L, 7L, 64L), ElementType.UINT8);
    Value product =
        builder.matMul(x, weight(SymmetricFormat.INT8, new Granularity.PerAxis(1), 64, 64));
    builder.output("y", builder.add(product, x));
    Graph graph = builder.build();
    assertEquals(
        List.of(
            "QuantizeLinear",
            "DequantizeLinear",
            "part of its readers' kernels",
            "com.microsoft.MatMulIntegerToFloat",
            "as in ONNX"),
        lowerings(graph));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  private Graph convolution(UnaryOperator<Value> result, Granularity granularity) {
    Value x = quantized(input("x", 2L, 8L, 9L, 7L), ElementType.UINT8);
    Value y =
        builder.conv2d(
            x,
            weight(SymmetricFormat.INT8, granularity, 12, 8, 3, 3),
            builder.weight("bias", OnnxRuntimeRun.noise(3, 12)),
            2,
            1);
    builder.output("y", result.apply(y));
    return builder.build();
  }

  /**
   * The bias is rounded to a product of two scales, so that a result may fall into the next step.
   */
  @Test
  void convolutionsToIntegersAreOneKernel() {
    Graph graph = convolution(y -> quantized(y, ElementType.UINT8), new Granularity.PerAxis(0));
    assertEquals(
        List.of(
            "QuantizeLinear",
            "part of its readers' kernels",
            "part of its readers' kernels",
            "QLinearConv",
            LoweringChoice.FUSED,
            "DequantizeLinear"),
        lowerings(graph));
    assertTrue(error(graph) <= STEP / 10);
  }

  @Test
  void convolutionsToFloatsHaveNoKernel() {
    Graph graph = convolution(y -> y, new Granularity.PerAxis(0));
    assertEquals(
        List.of("QuantizeLinear", "DequantizeLinear", "Cast, Mul", "as in ONNX"), lowerings(graph));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void convolutionsWithScalesAlongAnotherAxisHaveNoKernel() {
    Graph graph = convolution(y -> quantized(y, ElementType.UINT8), new Granularity.PerAxis(1));
    assertTrue(lowerings(graph).contains("as in ONNX"));
    assertTrue(error(graph) <= STEP / 10);
  }

  private Graph attention(Dimension queries, long keys) {
    Value[] operands = new Value[3];
    ElementType[] types = {ElementType.UINT8, ElementType.INT8, ElementType.INT8};
    for (int i = 0; i < 3; i++) {
      Dimension tokens = i == 0 ? queries : Dimension.of(keys);
      Shape shape = Shape.of(Dimension.of(2), tokens, Dimension.of(i == 2 ? 12 : 24));
      operands[i] = quantized(builder.input("x" + i, ElementType.FLOAT32, shape), types[i]);
    }
    builder.output("y", builder.node(new QuantizedAttention(3, 0.4, ElementType.UINT8), operands));
    return builder.build();
  }

  @Test
  void attentionOverBlocksOfQueriesIsAScan() {
    Graph graph = attention(Dimension.of(64), 50);
    assertTrue(lowerings(graph).contains("Scan of com.microsoft.MatMulIntegerToFloat"));
    // Scores differ in their last bits, which now and then moves a probability by a step.
    assertTrue(error(graph) <= 1e-3);
  }

  @Test
  void queriesThatDoNotDivideIntoBlocksAreNotScanned() {
    Graph graph = attention(Dimension.of(40), 50);
    assertTrue(lowerings(graph).contains("com.microsoft.MultiHeadAttention"));
    // Probabilities of about 1/50 that are not rounded to multiples of 1/255.
    assertTrue(error(graph) <= 0.1);
  }

  @Test
  void attentionOfUnknownLengthIsNotScanned() {
    Dimension length = builder.symbol("length", new SymbolRange(1, 4096, 1));
    Graph graph = attention(length, 50);
    assertTrue(lowerings(graph).contains("com.microsoft.MultiHeadAttention"));
  }

  private Graph grouped(int block, long depth) {
    Value weight = weight(SymmetricFormat.INT4, new Granularity.Blocked(1, block), 48, depth);
    Value transposed = builder.node(new Transpose(List.of(1L, 0L)), weight);
    Value product = builder.node(new MatMul(), input("x", 2L, 7L, depth), transposed);
    builder.output("y", builder.add(product, builder.weight("bias", OnnxRuntimeRun.noise(3, 48))));
    return builder.build();
  }

  /** The kernel rounds activations to 8 bits by groups: a part in a hundred. */
  @Test
  void weightsInGroupsOfFourBitsAreOneKernel() {
    Graph graph = grouped(32, 128);
    assertEquals(
        List.of(
            "part of its readers' kernels",
            "part of its readers' kernels",
            "com.microsoft.MatMulNBits",
            LoweringChoice.FUSED),
        lowerings(graph));
    double error = error(graph);
    assertTrue(error <= 0.02, "relative error " + error);
  }

  @Test
  void groupsThatDoNotDivideTheDepthHaveNoKernel() {
    Graph graph = grouped(32, 80);
    assertTrue(lowerings(graph).contains("as in ONNX"));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void weightsAloneAreWidenedOnLoading() {
    Value product =
        builder.matMul(
            input("x", 2L, 7L, 64L),
            weight(SymmetricFormat.INT8, new Granularity.PerAxis(1), 64, 48));
    builder.output("y", product);
    Graph graph = builder.build();
    assertEquals(List.of("Cast, Mul", "as in ONNX"), lowerings(graph));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }

  @Test
  void eightBitFloatsAreDividedAndCast() {
    Value x = quantized(input("x", 2L, 7L, 64L), ElementType.FLOAT8E4M3FN);
    builder.output(
        "y",
        builder.matMul(
            x, weight(SymmetricFormat.FLOAT8E4M3FN, new Granularity.PerAxis(1), 64, 48)));
    Graph graph = builder.build();
    assertEquals(List.of("Div, Cast", "Cast, Mul", "Cast, Mul", "as in ONNX"), lowerings(graph));
    assertTrue(error(graph) <= FLOAT_TOLERANCE);
  }
}
