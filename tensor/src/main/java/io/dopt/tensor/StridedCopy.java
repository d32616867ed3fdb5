package io.dopt.tensor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Copies an array into another with its axes permuted. The two axes that are innermost in source
 * and result are walked in square blocks, so that both are touched a cache line at a time.
 */
final class StridedCopy {
  private static final int BLOCK = 32;
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int width;
  private final int[] sizes;
  private final int[] sourceStrides;
  private final int[] resultStrides;
  private final int last;

  /** Axis of the result whose elements are neighbours in the source. */
  private final int contiguous;

  /**
   * @param width bytes of an element: 1, 2, 4 or 8
   * @param order a simplified permutation of at least two axes
   */
  StridedCopy(int width, AxisOrder order) {
    List<Long> shape = order.sourceShape();
    int rank = shape.size();
    int[] strides = new int[rank];
    int stride = width;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.get(axis).intValue();
    }
    this.width = width;
    this.last = rank - 1;
    sizes = new int[rank];
    sourceStrides = new int[rank];
    resultStrides = new int[rank];
    stride = width;
    for (int axis = last; axis >= 0; axis--) {
      int sourceAxis = order.permutation().get(axis);
      sizes[axis] = shape.get(sourceAxis).intValue();
      sourceStrides[axis] = strides[sourceAxis];
      resultStrides[axis] = stride;
      stride *= sizes[axis];
    }
    contiguous = order.permutation().indexOf(last);
  }

  void copy(byte[] source, byte[] result) {
    copy(0, source, 0, result, 0);
  }

  private void copy(int axis, byte[] source, int from, byte[] result, int to) {
    if (axis == last) {
      if (contiguous == last) {
        System.arraycopy(source, from, result, to, sizes[last] * width);
      } else {
        copyBlocks(source, from, result, to);
      }
    } else if (axis == contiguous) {
      copy(axis + 1, source, from, result, to);
    } else {
      for (int i = 0; i < sizes[axis]; i++) {
        copy(
            axis + 1, source, from + i * sourceStrides[axis], result, to + i * resultStrides[axis]);
      }
    }
  }

  private void copyBlocks(byte[] source, int from, byte[] result, int to) {
    for (int i = 0; i < sizes[contiguous]; i += BLOCK) {
      int rows = Math.min(BLOCK, sizes[contiguous] - i);
      for (int j = 0; j < sizes[last]; j += BLOCK) {
        int columns = Math.min(BLOCK, sizes[last] - j);
        copyBlock(
            source,
            from + i * width + j * sourceStrides[last],
            result,
            to + i * resultStrides[contiguous] + j * width,
            rows,
            columns);
      }
    }
  }

  private void copyBlock(byte[] source, int from, byte[] result, int to, int rows, int columns) {
    int sourceStep = sourceStrides[last];
    for (int i = 0; i < rows; i++) {
      int read = from + i * width;
      int write = to + i * resultStrides[contiguous];
      switch (width) {
        case 1 -> {
          for (int j = 0; j < columns; j++) {
            result[write + j] = source[read + j * sourceStep];
          }
        }
        case 2 -> {
          for (int j = 0; j < columns; j++) {
            SHORTS.set(result, write + j * 2, (short) SHORTS.get(source, read + j * sourceStep));
          }
        }
        case 4 -> {
          for (int j = 0; j < columns; j++) {
            INTS.set(result, write + j * 4, (int) INTS.get(source, read + j * sourceStep));
          }
        }
        default -> {
          for (int j = 0; j < columns; j++) {
            LONGS.set(result, write + j * 8, (long) LONGS.get(source, read + j * sourceStep));
          }
        }
      }
    }
  }
}
