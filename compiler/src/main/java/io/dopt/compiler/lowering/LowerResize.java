package io.dopt.compiler.lowering;

import io.dopt.compiler.onnx.OnnxEmitter;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Resize;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Resize: the factors become an operand when they are whole numbers, which ONNX Runtime has a
 * kernel for; else the sizes, computed at run time when they are symbolic.
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
    String input = emitter.name(node.inputs().get(0));
    Optional<float[]> factors = factors(node.inputs().get(0).type().shape(), operator.shape());
    List<String> operands =
        factors.isPresent()
            ? List.of(input, "", emitter.floats(factors.get()))
            : List.of(input, "", "", emitter.shape(operator.shape()));
    emitter
        .node(node, "Resize")
        .inputs(operands)
        .attribute("mode", "nearest")
        .attribute("coordinate_transformation_mode", "asymmetric")
        .attribute("nearest_mode", "floor")
        .outputs(emitter.name(node.output()));
  }

  private static Optional<float[]> factors(Shape from, Shape to) {
    float[] factors = new float[from.rank()];
    for (int axis = 0; axis < factors.length; axis++) {
      long factor = factor(from.get(axis), to.get(axis));
      if (!to.get(axis).equals(from.get(axis).times(factor))) {
        return Optional.empty();
      }
      factors[axis] = factor;
    }
    return Optional.of(factors);
  }

  /** The factor between the leading terms. */
  private static long factor(Dimension from, Dimension to) {
    Dimension.Term numerator = to.terms().get(0);
    Dimension.Term denominator = from.terms().get(0);
    return numerator.numerator()
        * denominator.denominator()
        / (numerator.denominator() * denominator.numerator());
  }
}
