package io.dopt.tensor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The source with its axes permuted. Works in memory on windows of the result along its outermost
 * axis, each of which is a slice of the source along the axis that becomes outermost; most weights
 * are one window.
 */
record TransposedTensor(LazyTensor source, List<Integer> permutation) implements LazyTensor {
  private static final int WINDOW_BYTES = 32 << 20;

  @Override
  public ElementType elementType() {
    return source.elementType();
  }

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>();
    for (int axis : permutation) {
      shape.add(source.shape().get(axis));
    }
    return List.copyOf(shape);
  }

  @Override
  public String fingerprint() {
    return "transpose(" + permutation + "," + source.fingerprint() + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    if (byteSize() == 0) {
      return;
    }
    AxisOrder order = AxisOrder.of(source.shape(), permutation);
    LazyTensor simple = LazyTensors.reshape(source, order.sourceShape());
    if (order.isIdentity()) {
      simple.writeTo(sink);
    } else if (byteSize() <= WINDOW_BYTES) {
      byte[] result = new byte[(int) byteSize()];
      int width = elementType().bits() / 8;
      new StridedCopy(width, order).copy(bytes(simple), result);
      ChunkBuffer.pour(result, result.length, sink);
    } else {
      int outermost = order.permutation().get(0);
      long size = order.sourceShape().get(outermost);
      long step = Math.max(1, WINDOW_BYTES / (byteSize() / size));
      for (long begin = 0; begin < size; begin += step) {
        LazyTensor window =
            LazyTensors.slice(simple, outermost, begin, Math.min(size, begin + step));
        new TransposedTensor(window, order.permutation()).writeTo(sink);
      }
    }
  }

  private static byte[] bytes(LazyTensor tensor) throws IOException {
    byte[] bytes = new byte[(int) tensor.byteSize()];
    int[] filled = {0};
    tensor.writeTo(
        chunk -> {
          int length = chunk.remaining();
          chunk.get(bytes, filled[0], length);
          filled[0] += length;
        });
    return bytes;
  }
}
