package io.dopt.passes.evaluation;

import io.dopt.ir.TensorType;
import io.dopt.tensor.DenseTensor;
import java.util.List;

/**
 * Evaluates one kind of operator.
 *
 * @param <O> its record
 */
@FunctionalInterface
interface Evaluation<O> {
  /**
   * The outputs.
   *
   * @param operator what to compute
   * @param inputs of types that fit the operator
   * @param outputs types the operator infers from the inputs, of constant shape
   */
  List<DenseTensor> evaluate(O operator, List<DenseTensor> inputs, List<TensorType> outputs);
}
