package io.dopt.importer.synthetic;

import io.dopt.tensor.LazyTensor;
import java.util.List;

/**
 * Which random numbers a weight gets, so that a network of random weights computes finite, moderate
 * numbers: unit gain where a weight multiplies, about one where it normalises, about zero where it
 * adds.
 */
final class Initialization {
  private static final float EMBEDDING_DEVIATION = 0.02f;
  private static final float SMALL = 0.05f;

  private Initialization() {}

  /**
   * The weight of a name and shape.
   *
   * @param name as in a state_dict; says whether it is a norm, a bias or an embedding
   */
  static LazyTensor of(String name, List<Long> shape, long seed) {
    long tensorSeed = RandomTensor.seedOf(seed, name);
    if (shape.size() < 2) {
      boolean scales = name.endsWith("weight");
      return new RandomTensor(shape, tensorSeed, scales ? 1 : 0, SMALL);
    }
    if (name.contains("token_embedding") || name.contains("position_embedding")) {
      return new RandomTensor(shape, tensorSeed, 0, uniformSpread(EMBEDDING_DEVIATION));
    }
    long inputs = shape.subList(1, shape.size()).stream().reduce(1L, Math::multiplyExact);
    return new RandomTensor(shape, tensorSeed, 0, uniformSpread((float) Math.sqrt(1.0 / inputs)));
  }

  /** Uniform numbers within the spread have this standard deviation. */
  private static float uniformSpread(float deviation) {
    return (float) (deviation * Math.sqrt(3));
  }
}
