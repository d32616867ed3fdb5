package io.dopt.evals.feature;

import java.util.List;

/**
 * The squared maximum mean discrepancy of two samples of unit vectors under a Gaussian kernel,
 * times {@value #SCALE}: CMMD when they are image embeddings of a CLIP (Jayasumana et al.,
 * "Rethinking FID: towards a better evaluation metric for image generation", 2024). As in the
 * authors' program (google-research/cmmd) sigma is {@value #SIGMA} and the estimate is the biased
 * one, which counts each vector's pair with itself; between samples of one distribution it is
 * therefore above 0.
 */
final class MeanDiscrepancy {
  static final double SIGMA = 10;
  static final double SCALE = 1000;

  private final int count;
  private final double[] within;
  private final double[] across;

  /** Kernel values of all pairs: 16 bytes for each two samples. */
  private MeanDiscrepancy(List<float[]> left, List<float[]> right) {
    count = left.size();
    within = new double[count * count];
    across = new double[count * count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        within[i * count + j] =
            kernel(left.get(i), left.get(j)) + kernel(right.get(i), right.get(j));
        across[i * count + j] = kernel(left.get(i), right.get(j));
      }
    }
  }

  /** For paired samples, whose statistic is wanted for many resamples. */
  static MeanDiscrepancy ofPairs(List<float[]> left, List<float[]> right) {
    return new MeanDiscrepancy(left, right);
  }

  /** Of the pairs with the given indices, which may repeat. */
  double of(int[] indices) {
    double sum = 0;
    for (int i : indices) {
      int row = i * count;
      for (int j : indices) {
        sum += within[row + j] - 2 * across[row + j];
      }
    }
    return SCALE * sum / ((double) indices.length * indices.length);
  }

  /**
   * Of whole samples, in memory that does not grow with them.
   *
   * @param left vectors of any length but zero; they are scaled to unit length
   */
  static double between(List<float[]> left, List<float[]> right) {
    return SCALE * (mean(left, left) + mean(right, right) - 2 * mean(left, right));
  }

  private static double mean(List<float[]> left, List<float[]> right) {
    double sum = 0;
    for (float[] x : left) {
      for (float[] y : right) {
        sum += kernel(x, y);
      }
    }
    return sum / ((double) left.size() * right.size());
  }

  /** Unit vectors are 2 - 2 cos apart, squared. */
  private static double kernel(float[] x, float[] y) {
    double squared = x == y ? 0 : 2 - 2 * Vectors.cosine(x, y);
    return Math.exp(-squared / (2 * SIGMA * SIGMA));
  }
}
