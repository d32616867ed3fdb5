package io.dopt.compiler.tensorrt;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.dopt.compiler.onnx.Initializer;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What TensorRT's parser would refuse is refused when it is compiled. */
class OperatorSubsetTest {
  private static final ElementType F16 = ElementType.FLOAT16;

  private static NodeProto.Builder node(String operator, String... inputs) {
    return NodeProto.newBuilder()
        .setName("module/" + operator)
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput("y");
  }

  private static NodeProto.Builder typed(NodeProto.Builder node, String name, ElementType type) {
    return node.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.INT)
            .setI(type.onnxCode()));
  }

  private static ValueInfoProto value(String name, ElementType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.onnxCode())))
        .build();
  }

  private static void check(ElementType type, NodeProto.Builder... nodes) {
    OperatorSubset.standard()
        .check(
            new OnnxProgram(
                "unet",
                Arrays.stream(nodes).map(NodeProto.Builder::build).toList(),
                List.of(),
                List.of(value("x", type), value("s", type), value("z", ElementType.INT8)),
                List.of()));
  }

  private static void assertRefused(String reason, ElementType type, NodeProto.Builder... nodes) {
    DoptException refusal = assertRefusal(reason, () -> check(type, nodes));
    String last = nodes[nodes.length - 1].getName();
    assertTrue(refusal.getMessage().contains("'" + last + "' of unet"), refusal.getMessage());
  }

  private static DoptException assertRefusal(String reason, Executable check) {
    DoptException refusal = assertThrows(DoptException.class, check);
    assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
    assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
    return refusal;
  }

  @Test
  void takesWhatTheParserTakes() {
    assertDoesNotThrow(() -> check(F16, node("Conv", "x", "s")));
    assertDoesNotThrow(() -> check(ElementType.BFLOAT16, node("LayerNormalization", "x", "s")));
    assertDoesNotThrow(() -> check(F16, typed(node("Cast", "x"), "to", ElementType.FLOAT32)));
    assertDoesNotThrow(
        () ->
            check(F16, typed(node("QuantizeLinear", "x", "s"), "output_dtype", ElementType.INT8)));
  }

  @Test
  void refusesOperatorsOfOnnxRuntime() {
    assertRefused(
        "no operators of com.microsoft QuickGelu",
        F16,
        node("QuickGelu", "x").setDomain("com.microsoft"));
  }

  @Test
  void refusesOperatorsThatTheListLacks() {
    assertRefused("no operator QLinearConv", F16, node("QLinearConv", "x", "s"));
    assertRefused("no operator GroupNormalization", F16, node("GroupNormalization", "x", "s"));
  }

  @Test
  void refusesTypesThatAnOperatorIsNotTakenIn() {
    assertRefused(
        "InstanceNormalization has bf16, and its parser takes f32, f16",
        ElementType.BFLOAT16,
        node("InstanceNormalization", "x", "s"));
    assertRefused("MatMul has f64", ElementType.FLOAT64, node("MatMul", "x", "s"));
  }

  @Test
  void refusesWhatCannotBeConvertedTo() {
    assertRefused(
        "Cast has f8e4m3fn", F16, typed(node("Cast", "x"), "to", ElementType.FLOAT8E4M3FN));
    assertRefused(
        "QuantizeLinear has u8",
        F16,
        typed(node("QuantizeLinear", "x", "s"), "output_dtype", ElementType.UINT8));
    assertRefused("no zero point of QuantizeLinear", F16, node("QuantizeLinear", "x", "s", "z"));
  }

  private static void dequantize(ElementType type, List<Long> weight, List<Long> scale) {
    OperatorSubset.standard()
        .check(
            new OnnxProgram(
                "unet",
                List.of(node("DequantizeLinear", "w", "scale").build()),
                List.of(zeros("w", type, weight), zeros("scale", F16, scale)),
                List.of(),
                List.of()));
  }

  private static Initializer zeros(String name, ElementType type, List<Long> dims) {
    long elements = dims.stream().reduce(1L, (left, right) -> left * right);
    byte[] bytes = new byte[(int) type.byteSize(elements)];
    return new Initializer(name, dims, DenseTensor.of(type, dims, ByteBuffer.wrap(bytes)));
  }

  @Test
  void takesScalesPerChannelAndPerWholeBlock() {
    assertDoesNotThrow(() -> dequantize(ElementType.INT8, List.of(8L, 4L, 3L, 3L), List.of(8L)));
    assertDoesNotThrow(() -> dequantize(ElementType.INT4, List.of(128L, 6L), List.of(2L, 6L)));
    assertDoesNotThrow(() -> dequantize(ElementType.FLOAT8E4M3FN, List.of(8L, 4L), List.of()));
  }

  @Test
  void refusesOtherBlocks() {
    assertRefusal(
        "share no whole blocks of a weight [100, 6]",
        () -> dequantize(ElementType.INT4, List.of(100L, 6L), List.of(8L, 6L)));
    assertRefusal(
        "share no whole blocks",
        () -> dequantize(ElementType.INT4, List.of(128L, 64L), List.of(2L, 2L)));
    assertRefusal(
        "4-bit weights of two dimensions alone",
        () -> dequantize(ElementType.INT8, List.of(128L, 6L), List.of(2L, 6L)));
  }

  @Test
  void followsTypesThroughTheProgram() {
    NodeProto.Builder quantize =
        typed(node("QuantizeLinear", "x", "s"), "output_dtype", ElementType.INT8)
            .clearOutput()
            .addOutput("q");
    assertDoesNotThrow(
        () -> check(F16, quantize, node("DequantizeLinear", "q", "s"), node("Sigmoid", "y")));
    assertRefused("Sigmoid has i8", F16, quantize, node("Sigmoid", "q"));
  }
}
