package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Resize;

/**
 * Resize: the factors become an operand. Nearest, asymmetric and floor together select ONNX
 * Runtime's kernel for repetition.
 */
final class LowerResize implements Lowering<Resize> {
  @Override
  public String name() {
    return "Resize";
  }

  @Override
  public Class<Resize> operator() {
    return Resize.class;
  }

  @Override
  public void emit(Resize operator, Node node, LoweringContext context, OnnxEmitter emitter) {
    float[] scales = new float[operator.scales().size()];
    for (int axis = 0; axis < scales.length; axis++) {
      scales[axis] = operator.scales().get(axis);
    }
    emitter
        .node(node, "Resize")
        .inputs(emitter.name(node.inputs().get(0)), "", emitter.floats(scales))
        .attribute("mode", "nearest")
        .attribute("coordinate_transformation_mode", "asymmetric")
        .attribute("nearest_mode", "floor")
        .outputs(emitter.name(node.output()));
  }
}
