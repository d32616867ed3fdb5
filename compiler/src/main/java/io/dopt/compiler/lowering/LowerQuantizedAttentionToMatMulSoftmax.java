package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.QuantizedAttention;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Attention in 8-bit floats in the form that TensorRT fuses (NVIDIA/TensorRT, demo/Diffusion,
 * cast_fp8_mha_io): DequantizeLinear right before both products, the query scaled and the key
 * transposed before they are quantized, probabilities quantized by 1/448, and Casts to float32
 * around the products, for its kernels add up in float32 only.
 *
 * <pre>
 * q -> Reshape, Transpose, Mul -> Q, DQ, Cast \
 * k -> Reshape, Transpose      -> Q, DQ, Cast -> MatMul -> Cast -> Softmax -> Q, DQ, Cast \
 * v -> Reshape, Transpose      -> Q, DQ, Cast ------------------------------------------- MatMul -> Cast
 * </pre>
 *
 * <p>Not for probabilities in integers, nor operands that are not quantized by one scale.
 */
final class LowerQuantizedAttentionToMatMulSoftmax implements Lowering<QuantizedAttention> {
  @Override
  public String name() {
    return "Q, DQ, MatMul, Softmax, Q, DQ, MatMul";
  }

  @Override
  public Class<QuantizedAttention> operator() {
    return QuantizedAttention.class;
  }

  @Override
  public Optional<String> refusal(QuantizedAttention operator, Node node, LoweringContext context) {
    if (operator.probabilities() != ElementType.FLOAT8E4M3FN) {
      return Optional.of("TensorRT documents no attention in integers");
    }
    return node.inputs().stream()
            .allMatch(value -> QuantizedAttentionOperand.of(value, context).isPresent())
        ? Optional.empty()
        : Optional.of("not all operands are quantized to 8-bit floats by one scale");
  }

  @Override
  public void emit(
      QuantizedAttention operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    AttentionLayout layout = new AttentionLayout(operator.heads(), node, emitter);
    Products products = new Products(node, emitter, node.output().type().elementType());
    List<QuantizedAttentionOperand> operands = new ArrayList<>();
    node.inputs()
        .forEach(value -> operands.add(QuantizedAttentionOperand.of(value, context).orElseThrow()));
    String query =
        products.scaled(
            layout.split(emitter.name(operands.get(0).value()), shape(operands, 0)),
            operator.scale());
    String key = layout.splitTransposed(emitter.name(operands.get(1).value()), shape(operands, 1));
    String value = layout.split(emitter.name(operands.get(2).value()), shape(operands, 2));
    String scores =
        products.of(
            products.quantized(query, operands.get(0).scale() * operator.scale()),
            products.quantized(key, operands.get(1).scale()));
    String probabilities =
        emitter.node(node, "Softmax").inputs(scores).attribute("axis", -1).output();
    layout.merge(
        products.of(
            products.quantized(probabilities, operator.probabilityScale()),
            products.quantized(value, operands.get(2).scale())));
  }

  private static Shape shape(List<QuantizedAttentionOperand> operands, int index) {
    Value value = operands.get(index).value();
    return value.type().shape();
  }

  /** Products of operands in 8-bit floats between values of {@code type}. */
  private record Products(Node node, OnnxEmitter emitter, ElementType type) {
    String scaled(String operand, double factor) {
      return factor == 1
          ? operand
          : emitter.node(node, "Mul").inputs(operand, emitter.scalar(type, factor)).output();
    }

    String quantized(String operand, double scale) {
      String unit = emitter.scalar(type, scale);
      String stored =
          emitter
              .node(node, "QuantizeLinear")
              .inputs(operand, unit)
              .attribute("output_dtype", ElementType.FLOAT8E4M3FN.onnxCode())
              .attribute("saturate", 1)
              .output();
      String real = emitter.node(node, "DequantizeLinear").inputs(stored, unit).output();
      return cast(real, type, ElementType.FLOAT32);
    }

    String of(String left, String right) {
      String product = emitter.node(node, "MatMul").inputs(left, right).output();
      return cast(product, ElementType.FLOAT32, type);
    }

    private String cast(String operand, ElementType from, ElementType to) {
      return from == to
          ? operand
          : emitter.node(node, "Cast").inputs(operand).attribute("to", to.onnxCode()).output();
    }
  }
}
