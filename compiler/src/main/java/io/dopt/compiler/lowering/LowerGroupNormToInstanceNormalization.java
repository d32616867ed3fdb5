package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.compiler.onnx.OnnxNode;
import io.dopt.ir.Node;
import io.dopt.ir.Value;
import io.dopt.ir.operator.GroupNorm;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Group normalisation: the groups as channels of an InstanceNormalization, then scale and bias as a
 * BatchNormalization with mean 0 and variance 1, which is one pass where Mul and Add are two.
 *
 * <pre>
 * GroupNorm(x) -> Reshape -> InstanceNormalization -> Reshape -> BatchNormalization [-> QuickGelu]
 * </pre>
 */
final class LowerGroupNormToInstanceNormalization implements Lowering<GroupNorm> {
  @Override
  public String name() {
    return "InstanceNormalization, BatchNormalization";
  }

  @Override
  public Class<GroupNorm> operator() {
    return GroupNorm.class;
  }

  @Override
  public Optional<String> refusal(GroupNorm operator, Node node, LoweringContext context) {
    return LoweringContext.unlessFloat32(node);
  }

  @Override
  public void emit(GroupNorm operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    Value x = node.inputs().get(0);
    long groups = operator.groups();
    long channels = x.type().shape().get(1).constant();
    String grouped =
        emitter
            .node(node, "Reshape")
            .inputs(emitter.name(x), emitter.vector(List.of(0L, groups, -1L)))
            .output();
    String normalized =
        emitter
            .node(node, "InstanceNormalization")
            .inputs(grouped, filled(emitter, groups, 1), filled(emitter, groups, 0))
            .attribute("epsilon", operator.epsilon())
            .output();
    String ungrouped =
        emitter.node(node, "Reshape").inputs(normalized, emitter.shape(x.type().shape())).output();
    OnnxNode affine =
        emitter
            .node(node, "BatchNormalization")
            .inputs(
                ungrouped,
                emitter.name(node.inputs().get(1)),
                emitter.name(node.inputs().get(2)),
                filled(emitter, channels, 0),
                filled(emitter, channels, 1))
            .attribute("epsilon", 0.0);
    String result = emitter.name(node.output());
    if (operator.silu()) {
      emitter
          .contributed(node, "QuickGelu")
          .inputs(affine.output())
          .attribute("alpha", 1.0)
          .outputs(result);
    } else {
      affine.outputs(result);
    }
  }

  private static String filled(OnnxEmitter emitter, long size, float value) {
    float[] values = new float[Math.toIntExact(size)];
    Arrays.fill(values, value);
    return emitter.floats(values);
  }
}
