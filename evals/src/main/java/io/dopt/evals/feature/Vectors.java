package io.dopt.evals.feature;

/** Lengths and angles of vectors. */
final class Vectors {
  private Vectors() {}

  static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (double) left[i] * right[i];
    }
    return sum;
  }

  /** In -1..1; 0 when a vector is zero. */
  static double cosine(float[] left, float[] right) {
    double norms = Math.sqrt(dot(left, left) * dot(right, right));
    return norms == 0 ? 0 : dot(left, right) / norms;
  }
}
