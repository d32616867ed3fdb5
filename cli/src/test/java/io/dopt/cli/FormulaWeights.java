package io.dopt.cli;

import io.dopt.importer.family.nn.WeightSource;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.LazyTensor;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Weights and inputs computed from their names, the same as in {@code
 * testdata/variants/formula.py}.
 *
 * @param prefixed whether names begin with {@code text_model.} or {@code vision_model.} as far as
 *     transformers' do
 */
record FormulaWeights(boolean prefixed) implements WeightSource {
  @Override
  public boolean contains(String name) {
    return prefixed || !(name.startsWith("text_model.") || name.startsWith("vision_model."));
  }

  @Override
  public LazyTensor weight(String name, List<Long> shape, List<String> impliedBy) {
    return tensor(name, shape);
  }

  /** Uniform numbers from splitmix64, seeded by FNV-1a of the name. */
  static DenseTensor tensor(String name, List<Long> shape) {
    long state = 0xCBF29CE484222325L;
    for (byte character : name.getBytes(StandardCharsets.UTF_8)) {
      state = (state ^ (character & 0xff)) * 0x100000001B3L;
    }
    long count = shape.stream().reduce(1L, (a, b) -> a * b);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      state += 0x9E3779B97F4A7C15L;
      values[i] = (float) scaled(name, shape, uniform(state));
    }
    return DenseTensor.ofFloats(shape, values);
  }

  /** In [-1, 1). */
  private static double uniform(long state) {
    long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 40) / (double) (1 << 24) * 2 - 1;
  }

  private static double scaled(String name, List<Long> shape, double uniform) {
    if (name.startsWith("input.")) {
      return uniform * Math.sqrt(3);
    }
    if (shape.size() > 1) {
      long fanIn = shape.subList(1, shape.size()).stream().reduce(1L, (a, b) -> a * b);
      return uniform * Math.sqrt(3.0 / fanIn);
    }
    return name.endsWith("weight") ? 1 + uniform / 4 : uniform / 4;
  }
}
