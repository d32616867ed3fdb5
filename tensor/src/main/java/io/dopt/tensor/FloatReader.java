package io.dopt.tensor;

import java.io.IOException;
import java.nio.FloatBuffer;

/** Reads a tensor as float32 numbers, a chunk at a time. */
public final class FloatReader {
  private FloatReader() {}

  /** Takes the elements of a tensor in order. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes the next {@code count} elements, which are the first of {@code values}; the array is
     * reused afterwards.
     */
    void accept(float[] values, int count);
  }

  /**
   * Pours {@code tensor} into {@code sink}, converted as by {@link LazyTensors#cast}.
   *
   * @throws DoptException (IO, BAD_INPUT) whatever reading its origin throws
   */
  public static void read(LazyTensor tensor, Sink sink) {
    float[] values = new float[ChunkBuffer.BYTES / Float.BYTES];
    try {
      LazyTensors.cast(tensor, ElementType.FLOAT32)
          .writeTo(
              chunk -> {
                FloatBuffer floats = chunk.asFloatBuffer();
                while (floats.hasRemaining()) {
                  int count = Math.min(values.length, floats.remaining());
                  floats.get(values, 0, count);
                  sink.accept(values, count);
                }
              });
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, "Cannot read " + tensor + ": " + e.getMessage(), e);
    }
  }
}
