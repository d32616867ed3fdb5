package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.FloatReader;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;

/** A weight [K, N] that is multiplied with thin matrices while it streams by. */
final class StreamedMatrix {
  private final Weight weight;
  private final int rows;
  private final int columns;

  StreamedMatrix(Weight weight) {
    this.weight = weight;
    List<Long> shape = weight.data().shape();
    rows = Math.toIntExact(shape.get(0));
    columns = Math.toIntExact(shape.get(1));
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** W times a matrix [N, l]. */
  RealMatrix times(RealMatrix right) {
    double[][] factor = right.getData();
    double[][] product = new double[rows][right.getColumnDimension()];
    forEach((row, column, value) -> add(product[row], factor[column], value));
    return checked(product);
  }

  /** The transpose of W times a matrix [K, l]. */
  RealMatrix transposedTimes(RealMatrix right) {
    double[][] factor = right.getData();
    double[][] product = new double[columns][right.getColumnDimension()];
    forEach((row, column, value) -> add(product[column], factor[row], value));
    return checked(product);
  }

  private static void add(double[] sum, double[] direction, double amount) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += amount * direction[i];
    }
  }

  private interface Element {
    void accept(int row, int column, float value);
  }

  private void forEach(Element element) {
    int[] next = {0, 0};
    FloatReader.read(
        weight.data(),
        (values, count) -> {
          int row = next[0];
          int column = next[1];
          for (int i = 0; i < count; i++) {
            element.accept(row, column, values[i]);
            if (++column == columns) {
              column = 0;
              row++;
            }
          }
          next[0] = row;
          next[1] = column;
        });
  }

  /** Every number of the weight is in the product, so one that is none shows there. */
  private RealMatrix checked(double[][] product) {
    for (double[] row : product) {
      for (double value : row) {
        WeightScales.requireFinite(weight, value);
      }
    }
    return new Array2DRowRealMatrix(product, false);
  }
}
