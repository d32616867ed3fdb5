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
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BiasCorrectionTest {
  @Test
  void isTheRoundingErrorTimesTheMeanInput() {
    // [K, N] = [2, 2], scale 1: errors are 0.25, -0.5 and 0.5, 0.
    Weight weight = Weight.of("w", DenseTensor.ofFloats(List.of(2L, 2L), 0.75f, 2.5f, 1.5f, 3));
    float[] shift =
        BiasCorrection.shift(
            weight,
            QuantizationParameters.perTensor(SymmetricFormat.INT8, 1),
            1,
            ChannelStatistic.of(0, 10, 100));
    assertArrayEquals(new float[] {52.5f, -5}, shift);
    assertArrayEquals(
        new float[] {-51.5f, 7},
        BiasCorrection.corrected(Optional.of(DenseTensor.ofFloats(List.of(2L), 1, 2)), shift)
            .toFloats());
    assertArrayEquals(
        new float[] {-52.5f, 5}, BiasCorrection.corrected(Optional.empty(), shift).toFloats());
  }

  @Test
  void sumsOverTheWindowOfAConv() {
    // [M, C, 1, 2] = [1, 2, 1, 2], scale 1.
    Weight weight =
        Weight.of("w", DenseTensor.ofFloats(List.of(1L, 2L, 1L, 2L), 0.75f, 1.25f, 1.75f, 1.75f));
    float[] shift =
        BiasCorrection.shift(
            weight,
            QuantizationParameters.perTensor(SymmetricFormat.INT8, 1),
            0,
            ChannelStatistic.of(1, 10, 4));
    assertArrayEquals(new float[] {0 * 10 + 0.5f * 4}, shift);
  }

  @Test
  void removesTheMeanErrorOfTheOutput() {
    int channels = 64;
    int outputs = 8;
    Weight weight = Reference.heavyTailed(4, channels, outputs);
    QuantizationParameters parameters =
        WeightScales.ofMaximum(weight, SymmetricFormat.INT4, new Granularity.PerAxis(1));
    Random random = new Random(5);
    int samples = 400;
    float[][] inputs = new float[samples][channels];
    float[] mean = new float[channels];
    for (float[] input : inputs) {
      for (int j = 0; j < channels; j++) {
        input[j] = (float) (Math.abs(random.nextGaussian()) * (1 + j % 5));
        mean[j] += input[j] / samples;
      }
    }
    float[] shift = BiasCorrection.shift(weight, parameters, 1, ChannelStatistic.of(0, mean));
    float[] values = DenseTensor.read(weight.data()).toFloats();
    float[] scales = parameters.scale().toFloats();
    double largest = 0;
    for (int o = 0; o < outputs; o++) {
      double error = 0;
      for (float[] input : inputs) {
        for (int j = 0; j < channels; j++) {
          float value = values[j * outputs + o];
          float rounded = QuantizationError.rounded(SymmetricFormat.INT4, value, scales[o]);
          error += input[j] * (rounded - value) / samples;
        }
      }
      largest = Math.max(largest, Math.abs(error));
      // Sums of 25600 float32 products.
      assertEquals(error, shift[o], 1e-3);
    }
    assertTrue(largest > 1, "there is no shift to remove");
  }

  @Test
  void refusesWhatDoesNotFitAndWhatIsNoNumber() {
    QuantizationParameters parameters = QuantizationParameters.perTensor(SymmetricFormat.INT8, 1);
    Weight weight = Weight.of("w", DenseTensor.ofFloats(List.of(2L, 1L), 1, Float.NaN));
    assertThrows(
        DoptException.class,
        () -> BiasCorrection.shift(weight, parameters, 1, ChannelStatistic.of(0, 1, 2, 3)));
    DoptException error =
        assertThrows(
            DoptException.class,
            () -> BiasCorrection.shift(weight, parameters, 1, ChannelStatistic.of(0, 1, 2)));
    assertEquals(ErrorCode.QUALITY, error.code());
    assertThrows(
        DoptException.class,
        () ->
            BiasCorrection.corrected(
                Optional.of(DenseTensor.ofFloats(List.of(2L), 1, 2)), 1, 2, 3));
  }
}
