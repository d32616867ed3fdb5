package io.dopt.runtime.scheduler;

/**
 * The coefficients of one update of UniPC: the function {@code B(h)} and the weights of the
 * differences between outputs, chosen so that the update is exact for polynomials (section 3 of
 * https://arxiv.org/abs/2302.04867).
 */
final class UniPCBasis {
  private final float h;
  private final float size;

  /**
   * @param h the step in lambda, negative when originals are predicted
   * @param expm1 {@code bh2}, {@code B(h) = exp(h) - 1}, rather than {@code bh1}, {@code B(h) = h}
   */
  UniPCBasis(float h, boolean expm1) {
    this.h = h;
    this.size = expm1 ? Float32.expm1(h) : h;
  }

  /** {@code B(h)}. */
  float size() {
    return size;
  }

  /** {@code exp(h) - 1}, the integral that weighs the newest output. */
  float firstIntegral() {
    return Float32.expm1(h);
  }

  /**
   * Weights of all differences but the last.
   *
   * @param ratios distances of the older outputs in units of h, then 1
   */
  float[] predictorWeights(float[] ratios) {
    int unknowns = ratios.length - 1;
    return unknowns == 1 ? new float[] {0.5f} : solve(ratios, unknowns);
  }

  /** Weights of all differences, the last being that to the output arrived at. */
  float[] correctorWeights(float[] ratios) {
    int unknowns = ratios.length;
    return unknowns == 1 ? new float[] {0.5f} : solve(ratios, unknowns);
  }

  /** Solves the Vandermonde system of the first ratios by elimination with pivoting. */
  private float[] solve(float[] ratios, int unknowns) {
    float[][] rows = new float[unknowns][unknowns + 1];
    float integral = Float32.expm1(h) / h - 1;
    float factorial = 1;
    for (int i = 0; i < unknowns; i++) {
      for (int k = 0; k < unknowns; k++) {
        rows[i][k] = (float) Math.pow(ratios[k], i);
      }
      rows[i][unknowns] = integral * factorial / size;
      factorial *= i + 2;
      integral = integral / h - 1 / factorial;
    }
    for (int pivot = 0; pivot < unknowns; pivot++) {
      swapLargestUp(rows, pivot);
      for (int i = pivot + 1; i < unknowns; i++) {
        float factor = rows[i][pivot] / rows[pivot][pivot];
        for (int k = pivot; k <= unknowns; k++) {
          rows[i][k] -= factor * rows[pivot][k];
        }
      }
    }
    float[] weights = new float[unknowns];
    for (int i = unknowns - 1; i >= 0; i--) {
      float sum = rows[i][unknowns];
      for (int k = i + 1; k < unknowns; k++) {
        sum -= rows[i][k] * weights[k];
      }
      weights[i] = sum / rows[i][i];
    }
    return weights;
  }

  private static void swapLargestUp(float[][] rows, int pivot) {
    int largest = pivot;
    for (int i = pivot + 1; i < rows.length; i++) {
      if (Math.abs(rows[i][pivot]) > Math.abs(rows[largest][pivot])) {
        largest = i;
      }
    }
    float[] row = rows[pivot];
    rows[pivot] = rows[largest];
    rows[largest] = row;
  }
}
