package io.dopt.quantizer.weight;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;

/**
 * An orthonormal basis of the directions that a matrix stretches most (Halko, Martinsson, Tropp
 * 2011, "Finding structure with randomness", algorithm 4.4).
 */
final class RangeFinder {
  private static final long SEED = 20241107;
  private static final int POWER_ITERATIONS = 2;

  /** Directions beyond the wanted ones; 5 to 10 are the usual choice (section 4.2 there). */
  private static final int OVERSAMPLING = 8;

  private final StreamedMatrix matrix;

  RangeFinder(StreamedMatrix matrix) {
    this.matrix = matrix;
  }

  /** A basis [K, l], l at least {@code rank}. */
  RealMatrix basis(int rank) {
    int size = Math.min(rank + OVERSAMPLING, Math.min(matrix.rows(), matrix.columns()));
    RealMatrix range = orthonormal(matrix.times(random(size)));
    for (int i = 0; i < POWER_ITERATIONS; i++) {
      RealMatrix domain = orthonormal(matrix.transposedTimes(range));
      range = orthonormal(matrix.times(domain));
    }
    return range;
  }

  private RealMatrix random(int size) {
    RandomGenerator generator = new Well19937c(SEED);
    double[][] values = new double[matrix.columns()][size];
    for (double[] row : values) {
      for (int i = 0; i < size; i++) {
        row[i] = generator.nextGaussian();
      }
    }
    return new Array2DRowRealMatrix(values, false);
  }

  /**
   * Columns that span the same space: the left singular vectors, since Commons Math's QR makes a
   * square Q, which for a thin matrix of many rows takes gigabytes.
   */
  private static RealMatrix orthonormal(RealMatrix thin) {
    return new SingularValueDecomposition(thin).getU();
  }
}
