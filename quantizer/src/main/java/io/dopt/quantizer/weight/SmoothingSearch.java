package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.FloatReader;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.GroupCursor;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.SymmetricFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * Estimates, for several alphas at once, the squared error that smoothing leaves in a layer's
 * output. Rounding to steps of d adds noise of variance d^2/12 to every number; that of activations
 * reaches the output through the smoothed weight, that of the weight through the smoothed
 * activation:
 *
 * <pre>{@code
 * d_x^2/12 * sum_jo (s_j w_jo)^2  +  sum_o d_o^2/12 * sum_j E[x_j^2] / s_j^2
 * d_x = 2 max_j(max|x_j| / s_j) / 255      d_o = max_j |s_j w_jo| / largest
 * }</pre>
 */
final class SmoothingSearch {
  private final Weight weight;
  private final SymmetricFormat format;
  private final InputChannels input;
  private final int outputAxis;
  private final float[] weightMaxima;
  private final double[] weightEnergy;

  SmoothingSearch(Weight weight, SymmetricFormat format, InputChannels input, int outputAxis) {
    new ChannelStatistic(input.axis(), input.meanSquare()).requireFits(weight);
    this.weight = weight;
    this.format = format;
    this.input = input;
    this.outputAxis = outputAxis;
    weightMaxima = new float[input.maximum().size()];
    weightEnergy = new double[weightMaxima.length];
    GroupCursor inputs = cursor(input.axis());
    FloatReader.read(
        weight.data(),
        (values, count) -> {
          for (int i = 0; i < count; i++) {
            int channel = inputs.next();
            weightMaxima[channel] = Math.max(weightMaxima[channel], Math.abs(values[i]));
            weightEnergy[channel] += (double) values[i] * values[i];
          }
        });
    for (float maximum : weightMaxima) {
      WeightScales.requireFinite(weight, maximum);
    }
  }

  SmoothingFactors best(List<Double> alphas) {
    List<SmoothingFactors> candidates = new ArrayList<>();
    for (double alpha : alphas) {
      candidates.add(SmoothingFactors.of(input.maxima(), weightMaxima, alpha));
    }
    float[][] outputMaxima = outputMaxima(candidates);
    SmoothingFactors best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < candidates.size(); i++) {
      double error = error(candidates.get(i).toArray(), outputMaxima[i]);
      if (best == null || error < least) {
        best = candidates.get(i);
        least = error;
      }
    }
    if (best == null) {
      throw new DoptException(ErrorCode.INTERNAL, "There is no alpha to try.");
    }
    return best;
  }

  /** For every candidate, the largest magnitude of the smoothed weight in every output channel. */
  private float[][] outputMaxima(List<SmoothingFactors> candidates) {
    int count = candidates.size();
    float[][] factors = new float[count][];
    for (int i = 0; i < count; i++) {
      factors[i] = candidates.get(i).toArray();
    }
    GroupCursor inputs = cursor(input.axis());
    GroupCursor outputs = cursor(outputAxis);
    float[][] maxima = new float[count][outputs.groups()];
    FloatReader.read(
        weight.data(),
        (values, length) -> {
          for (int i = 0; i < length; i++) {
            int row = inputs.next();
            int column = outputs.next();
            float magnitude = Math.abs(values[i]);
            for (int c = 0; c < count; c++) {
              maxima[c][column] = Math.max(maxima[c][column], magnitude * factors[c][row]);
            }
          }
        });
    return maxima;
  }

  private double error(float[] factors, float[] outputMaxima) {
    double activationMaximum = 0;
    double smoothedEnergy = 0;
    double inputEnergy = 0;
    for (int j = 0; j < factors.length; j++) {
      double factor = factors[j];
      activationMaximum = Math.max(activationMaximum, input.maximum().get(j) / factor);
      smoothedEnergy += factor * factor * weightEnergy[j];
      inputEnergy += input.meanSquare().get(j) / (factor * factor);
    }
    double weightNoise = 0;
    for (float maximum : outputMaxima) {
      weightNoise += variance(maximum / format.largest());
    }
    return variance(2 * activationMaximum / 255) * smoothedEnergy + weightNoise * inputEnergy;
  }

  /** The variance of rounding to steps of {@code step}, errors being uniform. */
  private static double variance(double step) {
    return step * step / 12;
  }

  private GroupCursor cursor(int axis) {
    LazyTensor data = weight.data();
    return GroupCursor.of(data.shape(), new Granularity.PerAxis(axis));
  }
}
