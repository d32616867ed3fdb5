package io.dopt.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Which elements of a quantized tensor share a scale: the three forms of ONNX {@code
 * QuantizeLinear-21}.
 */
public sealed interface Granularity {
  /** One scale, of shape []. */
  record PerTensor() implements Granularity {
    @Override
    public List<Long> scaleShape(List<Long> shape) {
      return List.of();
    }
  }

  /**
   * A scale per index along {@code axis}, of shape [C].
   *
   * @param axis counted from the front
   */
  record PerAxis(int axis) implements Granularity {
    @Override
    public List<Long> scaleShape(List<Long> shape) {
      requireAxis(axis, shape);
      return List.of(shape.get(axis));
    }
  }

  /**
   * A scale per run of {@code blockSize} elements along {@code axis}; its shape is the tensor's
   * with that dimension divided by the block size, rounded up.
   *
   * @param axis counted from the front
   * @param blockSize at least 1; the last block may be shorter
   */
  record Blocked(int axis, int blockSize) implements Granularity {
    @Override
    public List<Long> scaleShape(List<Long> shape) {
      requireAxis(axis, shape);
      if (blockSize < 1) {
        throw new DoptException(ErrorCode.INTERNAL, "A block of " + blockSize + " elements.");
      }
      List<Long> blocks = new ArrayList<>(shape);
      blocks.set(axis, (shape.get(axis) + blockSize - 1) / blockSize);
      return List.copyOf(blocks);
    }
  }

  /**
   * The shape of the scales of a tensor of {@code shape}.
   *
   * @throws DoptException (INTERNAL) when the tensor has no such axis
   */
  List<Long> scaleShape(List<Long> shape);

  private static void requireAxis(int axis, List<Long> shape) {
    if (axis < 0 || axis >= shape.size()) {
      throw new DoptException(
          ErrorCode.INTERNAL, "A tensor of shape " + shape + " has no axis " + axis + ".");
    }
  }
}
