package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * GroupNorm as torch's exporter writes it, scale and bias in the shape that broadcasts: Reshape,
 * InstanceNormalization, Reshape, Mul, Add, and Sigmoid, Mul for SiLU. Not GroupNormalization,
 * which TensorRT 10.6's parser reads as it was before opset 21, with a scale per group.
 *
 * <p>Not for scales and biases that are computed.
 */
final class LowerGroupNormToMulAdd implements Lowering<GroupNorm> {
  @Override
  public String name() {
    return "InstanceNormalization, Mul, Add";
  }

  @Override
  public Class<GroupNorm> operator() {
    return GroupNorm.class;
  }

  @Override
  public Optional<String> refusal(GroupNorm operator, Node node, LoweringContext context) {
    return node.inputs().stream().skip(1).allMatch(context::isWeight)
        ? Optional.empty()
        : Optional.of("its scale or bias is computed");
  }

  @Override
  public void emit(GroupNorm operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Value x = node.inputs().get(0);
    Shape shape = x.type().shape();
    ElementType type = x.type().elementType();
    Dimension perGroup = shape.elementCount().dividedBy(shape.get(0)).dividedBy(operator.groups());
    Shape groups = Shape.of(shape.get(0), Dimension.of(operator.groups()), perGroup);
    String normalized =
        emitter
            .node(node, "InstanceNormalization")
            .inputs(
                reshaped(node, emitter.name(x), shape, groups, emitter),
                filled(emitter, type, operator.groups(), 1),
                filled(emitter, type, operator.groups(), 0))
            .attribute("epsilon", operator.epsilon())
            .output();
    List<Long> column = new ArrayList<>(Collections.nCopies(shape.rank(), 1L));
    column.set(1, shape.get(1).constant());
    String scaled =
        emitter
            .node(node, "Mul")
            .inputs(
                reshaped(node, normalized, groups, shape, emitter),
                emitter.view(node.inputs().get(1), column))
            .output();
    String bias = emitter.view(node.inputs().get(2), column);
    String result = emitter.name(node.output());
    if (operator.silu()) {
      String shifted = emitter.node(node, "Add").inputs(scaled, bias).output();
      String sigmoid = emitter.node(node, "Sigmoid").inputs(shifted).output();
      emitter.node(node, "Mul").inputs(shifted, sigmoid).outputs(result);
    } else {
      emitter.node(node, "Add").inputs(scaled, bias).outputs(result);
    }
  }

  private static String reshaped(
      Node node, String operand, Shape source, Shape target, OnnxEmitter emitter) {
    return emitter
        .node(node, "Reshape")
        .inputs(operand, LowerReshape.operand(source, target, emitter))
        .output();
  }

  private static String filled(OnnxEmitter emitter, ElementType type, long size, float value) {
    float[] values = new float[Math.toIntExact(size)];
    Arrays.fill(values, value);
    return emitter.constant(DenseTensor.ofFloats(List.of(size), values).cast(type));
  }
}
