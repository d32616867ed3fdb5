package io.dopt.importer.synthetic;

import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Uniform float32 numbers around a center, made while they are read by SplitMix64 (Steele et al.,
 * "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
 *
 * @param spread the largest distance from the center
 */
record RandomTensor(List<Long> shape, long seed, float center, float spread) implements LazyTensor {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  RandomTensor {
    shape = List.copyOf(shape);
  }

  @Override
  public ElementType elementType() {
    return ElementType.FLOAT32;
  }

  @Override
  public String fingerprint() {
    return "random(" + shape + "," + seed + "," + center + "," + spread + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[CHUNK_BYTES / Float.BYTES];
    long state = seed;
    for (long left = elementCount(); left > 0; ) {
      int count = (int) Math.min(left, values.length);
      for (int i = 0; i < count; i += 2) {
        state += GOLDEN_GAMMA;
        long bits = mix(state);
        values[i] = center + spread * ((int) bits * 0x1p-31f);
        values[i + 1] = center + spread * ((int) (bits >>> 32) * 0x1p-31f);
      }
      chunk.clear().limit(count * Float.BYTES);
      chunk.asFloatBuffer().put(values, 0, count);
      sink.accept(chunk);
      left -= count;
    }
  }

  /** A seed for the tensor of a name, so that no two tensors are alike. */
  static long seedOf(long seed, String name) {
    long state = seed;
    for (int i = 0; i < name.length(); i++) {
      state = mix(state + GOLDEN_GAMMA + name.charAt(i));
    }
    return state;
  }

  private static long mix(long state) {
    long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
