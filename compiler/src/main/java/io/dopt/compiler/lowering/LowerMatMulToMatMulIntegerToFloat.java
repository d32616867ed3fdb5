package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.MatMul;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A linear layer of 8-bit integers with float32 results, and the bias behind it, in one kernel.
 * ONNX Runtime finds it too, but only after it has turned what has a bias into a Gemm of float32.
 *
 * <pre>
 * Add(MatMul(DequantizeLinear(x), DequantizeLinear(w)), bias) -> MatMulIntegerToFloat(x, w, bias)
 * </pre>
 *
 * <p>Not for activations with more than one scale, nor for weights with scales along K.
 */
final class LowerMatMulToMatMulIntegerToFloat implements Lowering<MatMul> {
  @Override
  public String name() {
    return "com.microsoft.MatMulIntegerToFloat";
  }

  @Override
  public Class<MatMul> operator() {
    return MatMul.class;
  }

  @Override
  public Optional<String> refusal(MatMul operator, Node node, LoweringContext context) {
    return node.inputs().get(1).type().shape().rank() == 2
        ? IntegerOperands.refusal(node, 1, context)
        : Optional.of("the weight is no matrix");
  }

  @Override
  public void emit(MatMul operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Dequantized x = Dequantized.of(node.inputs().get(0), context).orElseThrow();
    Dequantized weight = Dequantized.of(node.inputs().get(1), context).orElseThrow();
    List<String> inputs =
        new ArrayList<>(
            List.of(
                emitter.name(x.quantized()),
                emitter.name(weight.quantized()),
                emitter.name(x.scale()),
                emitter.name(weight.scale()),
                x.zeroPoint(emitter),
                weight.zeroPoint(emitter)));
    Optional<Node> addition = BiasAddition.of(node, context);
    addition.ifPresent(
        add -> {
          inputs.add(emitter.name(BiasAddition.bias(add, node)));
          context.absorb(add);
        });
    emitter
        .contributed(node, "MatMulIntegerToFloat")
        .inputs(inputs)
        .outputs(emitter.name(addition.orElse(node).output()));
  }
}
