package io.dopt.tensorrt.engine;

import io.dopt.tensor.ElementType;
import java.util.List;
import java.util.Optional;

/**
 * An input or output as a plan has it.
 *
 * @param name in the ONNX graph that the plan was built from
 * @param input whether it is an input
 * @param typeName TensorRT's name of its element type, for messages
 * @param type the element type; empty for one that no bundle has
 * @param shape -1 where it depends on the call
 * @param onDevice whether it is read or written on the GPU, as all but shapes are
 */
record PlanTensor(
    String name,
    boolean input,
    String typeName,
    Optional<ElementType> type,
    List<Long> shape,
    boolean onDevice) {
  static final long OPEN = -1;

  PlanTensor {
    shape = List.copyOf(shape);
  }

  @Override
  public String toString() {
    return String.format("%s '%s' %s%s", input ? "input" : "output", name, typeName, shape);
  }
}
