package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import java.util.List;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The part of a weight that is kept in float beside the quantized rest: W ~ left * right +
 * quantized(W - left * right), so that the directions with the largest singular values, which hold
 * the outliers, do not widen the scales (SVDQuant, Li et al. 2024, arXiv:2411.05007).
 *
 * @param left f32 [K, r]
 * @param right f32 [r, N]
 */
public record LowRankBranch(DenseTensor left, DenseTensor right) {
  /**
   * The best approximation of rank {@code rank}, nearly: a full decomposition of a large matrix
   * takes minutes, so the range of the weight is found with a random matrix of fixed seed and two
   * power iterations (Halko, Martinsson, Tropp 2011, algorithm 4.4), and only the weight within
   * that range is decomposed. Reads the weight six times, a chunk at a time; the same weight gives
   * the same branch.
   *
   * @param weight of shape [K, N]; for a smoothed layer, the smoothed one
   * @param rank 1 to min(K, N)
   * @throws DoptException (QUALITY) when the weight has a NaN or an infinity, naming it; (INTERNAL)
   *     when it is no matrix, or the rank does not fit
   */
  public static LowRankBranch of(Weight weight, int rank) {
    LazyTensor data = weight.data();
    List<Long> shape = data.shape();
    if (shape.size() != 2 || rank < 1 || rank > Math.min(shape.get(0), shape.get(1))) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "The weight %s of shape %s has no branch of rank %d.",
              weight.value().name(), shape, rank));
    }
    StreamedMatrix matrix = new StreamedMatrix(weight);
    RealMatrix range = new RangeFinder(matrix).basis(rank);
    // W ~ range * (W' * range)', of which the second factor is thin.
    RealMatrix within = matrix.transposedTimes(range);
    SingularValueDecomposition decomposition = new SingularValueDecomposition(within);
    RealMatrix left =
        range.multiply(
            decomposition.getV().getSubMatrix(0, range.getColumnDimension() - 1, 0, rank - 1));
    RealMatrix right =
        decomposition.getU().getSubMatrix(0, within.getRowDimension() - 1, 0, rank - 1);
    double[] singularValues = decomposition.getSingularValues();
    // Half of each singular value on either side keeps both factors in the range of 16-bit floats.
    for (int i = 0; i < rank; i++) {
      double root = Math.sqrt(singularValues[i]);
      left.setColumnVector(i, left.getColumnVector(i).mapMultiply(root));
      right.setColumnVector(i, right.getColumnVector(i).mapMultiply(root));
    }
    return new LowRankBranch(dense(left), dense(right.transpose()));
  }

  /** What is left to be quantized: the weight less the product of the factors, f32 [K, N]. */
  public LazyTensor residual(LazyTensor weight) {
    return LazyTensors.residual(weight, left, right);
  }

  private static DenseTensor dense(RealMatrix matrix) {
    int columns = matrix.getColumnDimension();
    float[] values = new float[matrix.getRowDimension() * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) matrix.getEntry(i / columns, i % columns);
    }
    return DenseTensor.ofFloats(List.of((long) matrix.getRowDimension(), (long) columns), values);
  }
}
