package io.dopt.quantizer.weight;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * What calibration knows of a layer's input channels.
 *
 * @param axis of the weight along which they lie: 0 of a MatMul's [K, N], 1 of a Conv's
 * @param maximum largest magnitude of every channel
 * @param meanSquare mean of the squares of every channel
 */
public record InputChannels(int axis, List<Float> maximum, List<Double> meanSquare) {
  /**
   * @throws DoptException (INTERNAL) when the lists differ in length
   */
  public InputChannels {
    maximum = List.copyOf(maximum);
    meanSquare = List.copyOf(meanSquare);
    if (maximum.size() != meanSquare.size()) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          maximum.size() + " maxima do not fit " + meanSquare.size() + " mean squares.");
    }
  }

  /**
   * When only maxima are known: a channel is taken to be normally distributed with its maximum at
   * three standard deviations.
   */
  public static InputChannels ofMaxima(int axis, float... maximum) {
    List<Float> maxima = new ArrayList<>();
    List<Double> squares = new ArrayList<>();
    for (float value : maximum) {
      maxima.add(value);
      squares.add((double) value * value / 9);
    }
    return new InputChannels(axis, maxima, squares);
  }

  float[] maxima() {
    float[] maxima = new float[maximum.size()];
    for (int j = 0; j < maxima.length; j++) {
      maxima[j] = maximum.get(j);
    }
    return maxima;
  }
}
