package io.dopt.quantizer.weight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Weight;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LowRankBranchTest {
  private static final Granularity BLOCKS = new Granularity.Blocked(0, 32);

  private static Weight recorded() {
    return Weight.of("proj.weight", Reference.tensor("matrix"));
  }

  private static double norm(LazyTensor tensor) {
    double sum = 0;
    for (float value : DenseTensor.read(tensor).toFloats()) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  /** The recorded rest is the least possible (Eckart and Young 1936). */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 16, 32})
  void leavesHardlyMoreThanTheBestApproximation(int rank) {
    double best = Reference.tensor("matrix.rest").toDoubles()[rank];
    for (boolean wide : List.of(false, true)) {
      LazyTensor matrix = recorded().data();
      LazyTensor data = wide ? LazyTensors.transpose(matrix, List.of(1, 0)) : matrix;
      LowRankBranch branch = LowRankBranch.of(Weight.of("w", data), rank);
      assertEquals(List.of(data.shape().get(0), (long) rank), branch.left().shape());
      assertEquals(List.of((long) rank, data.shape().get(1)), branch.right().shape());
      double rest = norm(branch.residual(data)) / norm(data);
      assertTrue(rest >= best * (1 - 1e-6) && rest <= best * 1.02, rest + " against " + best);
    }
  }

  @Test
  void factorsShareTheSingularValues() {
    LowRankBranch branch = LowRankBranch.of(recorded(), 4);
    double[] expected = Reference.tensor("matrix.singular").toDoubles();
    float[] left = branch.left().toFloats();
    float[] right = branch.right().toFloats();
    for (int i = 0; i < 4; i++) {
      double leftSquares = 0;
      double rightSquares = 0;
      for (int k = 0; k < 96; k++) {
        leftSquares += Math.pow(left[k * 4 + i], 2);
      }
      for (int n = 0; n < 64; n++) {
        rightSquares += Math.pow(right[i * 64 + n], 2);
      }
      // The fourth is close to the noise, where random directions are least exact.
      assertEquals(expected[i], leftSquares, 1e-3 * expected[i]);
      assertEquals(expected[i], rightSquares, 1e-3 * expected[i]);
    }
  }

  @Test
  void makesInt4Better() {
    Weight weight = recorded();
    double plain =
        QuantizationError.relative(
            weight.data(), WeightScales.ofLeastError(weight, SymmetricFormat.INT4, BLOCKS));
    double last = plain;
    for (int rank : new int[] {1, 4, 16}) {
      LazyTensor residual = LowRankBranch.of(weight, rank).residual(weight.data());
      QuantizationParameters parameters =
          WeightScales.ofLeastError(Weight.of("residual", residual), SymmetricFormat.INT4, BLOCKS);
      double error = QuantizationError.relative(weight.data(), residual, parameters);
      assertTrue(error < last, "rank " + rank + ": " + error + " after " + last);
      last = error;
    }
    assertTrue(last < 0.4 * plain, last + " against " + plain);
  }

  @Test
  void isTheSameEveryTime() {
    LowRankBranch one = LowRankBranch.of(recorded(), 8);
    LowRankBranch other = LowRankBranch.of(recorded(), 8);
    assertArrayEquals(one.left().toFloats(), other.left().toFloats());
    assertArrayEquals(one.right().toFloats(), other.right().toFloats());
    assertEquals(
        one.residual(recorded().data()).fingerprint(),
        other.residual(recorded().data()).fingerprint());
  }

  @Test
  void takesAMatrixOfLowerRank() {
    float[] values = new float[30];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i / 6 + 1) * (i % 6 - 2.5f);
    }
    Weight weight = Weight.of("w", DenseTensor.ofFloats(List.of(5L, 6L), values));
    assertEquals(0, norm(LowRankBranch.of(weight, 4).residual(weight.data())), 1e-5);
    Weight zeros = Weight.of("w", DenseTensor.ofFloats(List.of(5L, 6L), new float[30]));
    assertEquals(0, norm(LowRankBranch.of(zeros, 4).residual(zeros.data())));
  }

  @ParameterizedTest
  @CsvSource({"0", "65"})
  void refusesARankThatDoesNotFit(int rank) {
    DoptException error =
        assertThrows(DoptException.class, () -> LowRankBranch.of(recorded(), rank));
    assertTrue(error.getMessage().contains("no branch of rank " + rank), error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void refusesAWeightThatIsNotAllNumbers(float hostile) {
    Weight weight =
        Weight.of("proj.weight", DenseTensor.ofFloats(List.of(2L, 2L), 1, 2, hostile, 4));
    DoptException error = assertThrows(DoptException.class, () -> LowRankBranch.of(weight, 1));
    assertEquals(ErrorCode.QUALITY, error.code());
    assertTrue(error.getMessage().contains("proj.weight"), error.getMessage());
  }
}
