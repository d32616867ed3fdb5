package io.dopt.ir.operator;

import io.dopt.ir.TensorType;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.List;

/**
 * ONNX ReduceMean, ReduceSum, ReduceMax or ReduceMin; the axes are kept with size 1.
 *
 * @param function which reduction
 * @param axes which axes
 */
public record Reduce(Function function, List<Long> axes) implements PlainOperator {
  /** The reductions, in ONNX's names. */
  public enum Function implements NamedFunction {
    MAX("ReduceMax"),
    MEAN("ReduceMean"),
    MIN("ReduceMin"),
    SUM("ReduceSum");

    private final String onnxName;

    Function(String onnxName) {
      this.onnxName = onnxName;
    }

    @Override
    public String onnxName() {
      return onnxName;
    }
  }

  public Reduce {
    axes = List.copyOf(axes);
  }

  @Override
  public String operatorName() {
    return function.onnxName;
  }

  @Override
  public List<TensorType> infer(List<TensorType> inputs) {
    Types.requireCount(this, inputs, 1, 1);
    Types.requireNumeric(this, inputs.get(0));
    // What ONNX makes of no axes depends on a flag of the node; we do not let it come to that.
    Types.require(this, !axes.isEmpty(), "wants at least one axis");
    Types.requireDistinctAxes(this, axes, inputs.get(0).shape().rank());
    Shape shape = inputs.get(0).shape();
    for (long axis : axes) {
      shape = shape.with(Types.axis(this, axis, shape.rank()), Dimension.of(1));
    }
    return List.of(inputs.get(0).withShape(shape));
  }
}
