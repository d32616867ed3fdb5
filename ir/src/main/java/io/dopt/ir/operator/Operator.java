package io.dopt.ir.operator;

import io.dopt.ir.IrException;
import io.dopt.ir.TensorType;
import java.util.List;
import java.util.Map;

/**
 * What a node computes: a record whose components are the typed attributes. Attribute types are
 * {@code long}, {@code double}, {@code boolean}, {@code List<Long>}, {@link io.dopt.tensor.Shape},
 * {@link io.dopt.tensor.ElementType} and enums; the text form and the ONNX writer rely on that.
 */
public sealed interface Operator permits PlainOperator, DiffusionOperator {
  /** ONNX's name of the operator, or ours where ONNX has none. */
  default String operatorName() {
    return getClass().getSimpleName();
  }

  /**
   * Types of the outputs.
   *
   * @throws IrException when the inputs are too few, too many, or do not fit the operator
   */
  List<TensorType> infer(List<TensorType> inputs);

  /** The operator with shape symbols in its attributes replaced. */
  default Operator bind(Map<String, Long> bindings) {
    return this;
  }
}
