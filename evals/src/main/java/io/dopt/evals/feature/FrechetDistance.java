package io.dopt.evals.feature;

import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The Frechet distance of two normal distributions with the means and covariances of two samples
 * (Heusel et al., "GANs trained by a two time-scale update rule", 2017, where the features are
 * those of an Inception network): {@code |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1^1/2 S2
 * S1^1/2)^1/2}.
 *
 * <p>With any R1, R2 so that S1 = R1' R1 and S2 = R2' R2, the last trace is the sum of the singular
 * values of R1 R2'. For fewer samples than features, R is the centred sample itself: that is exact
 * where the covariances are singular, and small. Else R is the symmetric root, by eigenvalues.
 */
final class FrechetDistance {
  private static final double ROUNDING = 1e-12;

  private FrechetDistance() {}

  /**
   * @param left at least two vectors
   * @param right at least two vectors of the same length
   * @return not negative
   */
  static double between(List<float[]> left, List<float[]> right) {
    double[] leftMean = mean(left);
    double[] rightMean = mean(right);
    double distance = 0;
    for (int i = 0; i < leftMean.length; i++) {
      distance += (leftMean[i] - rightMean[i]) * (leftMean[i] - rightMean[i]);
    }
    RealMatrix leftRoot = root(centred(left, leftMean));
    RealMatrix rightRoot = root(centred(right, rightMean));
    double traces = squares(leftRoot) + squares(rightRoot);
    double crossed = nuclearNorm(leftRoot.multiply(rightRoot.transpose()));
    double squared = distance + traces - 2 * crossed;
    // What is left of equal samples is rounding.
    return squared < ROUNDING * (distance + traces) ? 0 : squared;
  }

  private static double[] mean(List<float[]> sample) {
    double[] mean = new double[sample.get(0).length];
    for (float[] vector : sample) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i];
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= sample.size();
    }
    return mean;
  }

  /** Rows of which the covariance (N - 1 below) is the product of the transpose and the matrix. */
  private static RealMatrix centred(List<float[]> sample, double[] mean) {
    double scale = 1 / Math.sqrt(sample.size() - 1.0);
    double[][] rows = new double[sample.size()][mean.length];
    for (int n = 0; n < rows.length; n++) {
      for (int i = 0; i < mean.length; i++) {
        rows[n][i] = (sample.get(n)[i] - mean[i]) * scale;
      }
    }
    return new Array2DRowRealMatrix(rows, false);
  }

  private static RealMatrix root(RealMatrix centred) {
    if (centred.getRowDimension() <= centred.getColumnDimension()) {
      return centred;
    }
    EigenDecomposition eigen = new EigenDecomposition(centred.transpose().multiply(centred));
    double[] values = eigen.getRealEigenvalues();
    RealMatrix root = eigen.getVT().copy();
    for (int i = 0; i < values.length; i++) {
      // Rounding makes eigenvalues of a singular covariance slightly negative.
      double factor = Math.sqrt(Math.max(0, values[i]));
      root.setRowVector(i, root.getRowVector(i).mapMultiply(factor));
    }
    return root;
  }

  /** The trace of the matrix's transpose times the matrix. */
  private static double squares(RealMatrix matrix) {
    double norm = matrix.getFrobeniusNorm();
    return norm * norm;
  }

  private static double nuclearNorm(RealMatrix matrix) {
    if (matrix.getFrobeniusNorm() == 0) {
      return 0;
    }
    double sum = 0;
    for (double value : new SingularValueDecomposition(matrix).getSingularValues()) {
      sum += value;
    }
    return sum;
  }
}
