package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.Attention;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import java.util.List;

/**
 * Attention as the two products and the Softmax that TensorRT fuses into one kernel. The query is
 * scaled before the first product, as TensorRT asks for (its guide, "Fused Attention"); a causal
 * mask is added behind it, with the lowest finite number for what is hidden, since kernels that
 * work in blocks may meet blocks that are hidden whole.
 */
final class LowerAttentionToMatMulSoftmax implements Lowering<Attention> {
  @Override
  public String name() {
    return "MatMul, Softmax, MatMul";
  }

  @Override
  public Class<Attention> operator() {
    return Attention.class;
  }

  @Override
  public void emit(Attention operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    AttentionLayout layout = new AttentionLayout(operator.heads(), node, emitter);
    ElementType type = node.output().type().elementType();
    List<Value> inputs = node.inputs();
    String query = layout.split(emitter.name(inputs.get(0)), inputs.get(0).type().shape());
    String scaled =
        emitter.node(node, "Mul").inputs(query, emitter.scalar(type, operator.scale())).output();
    String key = layout.splitTransposed(emitter.name(inputs.get(1)), inputs.get(1).type().shape());
    String value = layout.split(emitter.name(inputs.get(2)), inputs.get(2).type().shape());
    String scores = emitter.node(node, "MatMul").inputs(scaled, key).output();
    if (operator.causal()) {
      long length = inputs.get(0).type().shape().get(1).constant();
      scores = emitter.node(node, "Add").inputs(scores, mask(type, length, emitter)).output();
    }
    String probabilities =
        emitter.node(node, "Softmax").inputs(scores).attribute("axis", -1).output();
    layout.merge(emitter.node(node, "MatMul").inputs(probabilities, value).output());
  }

  private static String mask(ElementType type, long length, OnnxEmitter emitter) {
    int size = Math.toIntExact(length);
    float lowest = type == ElementType.FLOAT16 ? -65504 : -Float.MAX_VALUE / 2;
    float[] values = new float[Math.multiplyExact(size, size)];
    for (int row = 0; row < size; row++) {
      for (int column = row + 1; column < size; column++) {
        values[row * size + column] = lowest;
      }
    }
    return emitter.constant(DenseTensor.ofFloats(List.of(length, length), values).cast(type));
  }
}
