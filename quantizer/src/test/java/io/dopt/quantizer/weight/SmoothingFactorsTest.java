package io.dopt.quantizer.weight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Weight;
import io.dopt.quantizer.ActivationQuantization;
import io.dopt.tensor.AxisStatistics;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.QuantizationParameters;
import io.dopt.tensor.SymmetricFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SmoothingFactorsTest {
  private static final int SAMPLES = 200;
  private static final int CHANNELS = 48;
  private static final int OUTPUTS = 32;

  @Test
  void followsTheFormula() {
    SmoothingFactors factors =
        SmoothingFactors.of(new float[] {4, 100, 0, 5}, new float[] {1, 0.25f, 3, 0}, 0.5);
    assertArrayEquals(new float[] {2, 20, 1, 1}, factors.toArray());
    assertArrayEquals(new float[] {0.5f, 0.05f, 1, 1}, factors.inverses());
    float[] one = SmoothingFactors.of(new float[] {4, 100}, new float[] {1, 0.25f}, 1).toArray();
    assertArrayEquals(new float[] {4, 100}, one);
  }

  @Test
  void staysPositiveAndFinite() {
    float[] tiny = {1e-40f, 3e38f, 1e-40f};
    float[] other = {3e38f, 1e-40f, 1e-40f};
    for (double alpha = 0; alpha <= 1; alpha += 0.125) {
      for (float factor : SmoothingFactors.of(tiny, other, alpha).toArray()) {
        assertTrue(factor > 0 && Float.isFinite(factor) && Float.isFinite(1 / factor));
      }
    }
  }

  @Test
  void refusesWhatIsNoMaximum() {
    float[] one = {1};
    for (float hostile : new float[] {Float.NaN, -1, Float.POSITIVE_INFINITY}) {
      float[] maximum = {hostile};
      assertThrows(DoptException.class, () -> SmoothingFactors.of(maximum, one, 0.5));
      assertThrows(DoptException.class, () -> SmoothingFactors.of(one, maximum, 0.5));
    }
    assertThrows(DoptException.class, () -> SmoothingFactors.of(one, one, 1.5));
    assertThrows(DoptException.class, () -> SmoothingFactors.of(one, new float[2], 0.5));
  }

  @Test
  void theEstimateFindsAnAlphaThatIsNearlyTheBest() {
    for (double outlier : new double[] {1, 10, 60}) {
      float[][] inputs = inputs(outlier);
      Weight weight = Reference.heavyTailed(21, CHANNELS, OUTPUTS);
      double best = Double.POSITIVE_INFINITY;
      for (double alpha : SmoothingFactors.ALPHAS) {
        float[] weightMaximum = AxisStatistics.absoluteMaximum(weight.data(), 0);
        SmoothingFactors factors = SmoothingFactors.of(maxima(inputs), weightMaximum, alpha);
        best = Math.min(best, outputError(inputs, weight, factors.toArray()));
      }
      InputChannels channels = channels(inputs);
      SmoothingFactors found =
          SmoothingFactors.search(
              weight, SymmetricFormat.INT8, channels, 1, SmoothingFactors.ALPHAS);
      double error = outputError(inputs, weight, found.toArray());
      assertTrue(error < 1.1 * best, outlier + ": " + found.alpha() + " " + error + " " + best);
      float[] ones = new float[CHANNELS];
      java.util.Arrays.fill(ones, 1);
      double plain = outputError(inputs, weight, ones);
      assertTrue(outlier < 10 || error < 0.5 * plain, error + " against " + plain);
    }
  }

  @Test
  void refusesFormatsAndWeightsThatItCannotEstimate() {
    Weight weight = Reference.heavyTailed(21, 2, 2);
    InputChannels channels = InputChannels.ofMaxima(0, 1, 2);
    assertThrows(
        DoptException.class,
        () ->
            SmoothingFactors.search(
                weight, SymmetricFormat.FLOAT8E4M3FN, channels, 1, List.of(0.5)));
    assertThrows(
        DoptException.class,
        () -> SmoothingFactors.search(weight, SymmetricFormat.INT8, channels, 1, List.of()));
    Weight hostile = Weight.of("w", DenseTensor.ofFloats(List.of(2L, 1L), 1, Float.NaN));
    DoptException error =
        assertThrows(
            DoptException.class,
            () ->
                SmoothingFactors.search(hostile, SymmetricFormat.INT8, channels, 1, List.of(0.5)));
    assertEquals(ErrorCode.QUALITY, error.code());
  }

  private static float[][] inputs(double outlier) {
    Random random = new Random(17);
    float[][] inputs = new float[SAMPLES][CHANNELS];
    for (float[] input : inputs) {
      for (int j = 0; j < CHANNELS; j++) {
        input[j] = (float) (random.nextGaussian() * (j % 16 == 3 ? outlier : 1));
      }
    }
    return inputs;
  }

  private static float[] maxima(float[][] inputs) {
    float[] maxima = new float[CHANNELS];
    for (float[] input : inputs) {
      for (int j = 0; j < CHANNELS; j++) {
        maxima[j] = Math.max(maxima[j], Math.abs(input[j]));
      }
    }
    return maxima;
  }

  private static InputChannels channels(float[][] inputs) {
    List<Float> maxima = new ArrayList<>();
    List<Double> squares = new ArrayList<>();
    for (int j = 0; j < CHANNELS; j++) {
      double sum = 0;
      for (float[] input : inputs) {
        sum += (double) input[j] * input[j] / SAMPLES;
      }
      squares.add(sum);
      maxima.add(maxima(inputs)[j]);
    }
    return new InputChannels(0, maxima, squares);
  }

  /** The squared error that quantizing the smoothed layer really makes. */
  private static double outputError(float[][] inputs, Weight weight, float[] factors) {
    float[] values = DenseTensor.read(weight.data()).toFloats();
    Weight smoothed = Weight.of("w", LazyTensors.scaleAxis(weight.data(), 0, factors));
    QuantizationParameters parameters =
        WeightScales.ofMaximum(smoothed, SymmetricFormat.INT8, new Granularity.PerAxis(1));
    float[] stored = DenseTensor.read(LazyTensors.quantize(smoothed.data(), parameters)).toFloats();
    float[] scales = parameters.scale().toFloats();
    double least = 0;
    double most = 0;
    for (float[] input : inputs) {
      for (int j = 0; j < CHANNELS; j++) {
        least = Math.min(least, input[j] / factors[j]);
        most = Math.max(most, input[j] / factors[j]);
      }
    }
    ActivationQuantization activation = ActivationQuantization.of(ElementType.UINT8, least, most);
    double error = 0;
    for (float[] input : inputs) {
      for (int o = 0; o < OUTPUTS; o++) {
        double difference = 0;
        for (int j = 0; j < CHANNELS; j++) {
          double step = activation.scale();
          double rounded = Math.rint(input[j] / factors[j] / step) * step;
          int at = j * OUTPUTS + o;
          difference += rounded * stored[at] * scales[o] - (double) input[j] * values[at];
        }
        error += difference * difference;
      }
    }
    return error;
  }
}
