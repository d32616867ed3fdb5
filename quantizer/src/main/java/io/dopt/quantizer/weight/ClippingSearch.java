package io.dopt.quantizer.weight;

import io.dopt.tensor.FloatReader;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.GroupCursor;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.SymmetricFormat;
import java.util.Arrays;
import java.util.Optional;

/**
 * For every group of a weight, the magnitude at which to clip it so that its squared error is
 * least. The weight streams by once; errors are kept for the groups that are open, so blocks take
 * as little memory as channels.
 */
final class ClippingSearch {
  /** Ratios of the largest magnitude: 1, 63/64, ... 1/2. */
  private static final int STEPS = 64;

  private static final int CANDIDATES = STEPS / 2 + 1;

  /** Adding and subtracting it rounds a double below 2^51 to an integer, ties to even. */
  private static final double ROUNDER = 0x1.8p52;

  /** Less is a matter of the order of summation: equally good ratios are common in small blocks. */
  private static final double BETTER = 1 - 1e-9;

  private final LazyTensor weight;
  private final SymmetricFormat format;
  private final float[] maxima;
  private final GroupCursor cursor;
  private final GroupCursor channels;
  private final double[] importance;
  private final double[] ratios = new double[CANDIDATES];
  private final double[] inverses = new double[CANDIDATES];
  private final double[] errors;
  private final double[] stepsPerUnit;
  private final float[] clipped;
  private int windowStart;

  ClippingSearch(
      LazyTensor weight,
      SymmetricFormat format,
      Granularity granularity,
      float[] maxima,
      Optional<ChannelStatistic> inputMeanSquare) {
    this.weight = weight;
    this.format = format;
    this.maxima = maxima;
    cursor = GroupCursor.of(weight.shape(), granularity);
    importance = inputMeanSquare.map(ChannelStatistic::toArray).orElse(new double[] {1});
    channels =
        inputMeanSquare
            .map(statistic -> statistic.cursor(weight.shape()))
            .orElseGet(() -> GroupCursor.of(weight.shape(), new Granularity.PerTensor()));
    for (int i = 0; i < CANDIDATES; i++) {
      ratios[i] = (double) (STEPS - i) / STEPS;
      inverses[i] = 1 / ratios[i];
    }
    errors = new double[cursor.window() * CANDIDATES];
    stepsPerUnit = new double[maxima.length];
    for (int i = 0; i < maxima.length; i++) {
      stepsPerUnit[i] = maxima[i] == 0 ? 0 : format.largest() / (double) maxima[i];
    }
    clipped = new float[maxima.length];
  }

  /** The clipping magnitudes, in the order of the scales. */
  float[] run() {
    FloatReader.read(weight, this::accept);
    closeWindow();
    return clipped;
  }

  private void accept(float[] values, int count) {
    for (int i = 0; i < count; i++) {
      int group = cursor.next();
      if (group - windowStart >= cursor.window()) {
        closeWindow();
        windowStart += cursor.window();
      }
      // In steps of the unclipped scale, which all candidates of a group share.
      double steps = values[i] * stepsPerUnit[group];
      int row = (group - windowStart) * CANDIDATES;
      double factor = importance[channels.next()];
      switch (format) {
        case INT8 -> addInteger(steps, factor, row, -128, 127);
        case INT4 -> addInteger(steps, factor, row, -8, 7);
        case FLOAT8E4M3FN -> addFloat(steps, factor, row);
      }
    }
  }

  /** Written so that the compiler can make vector instructions of it. */
  private void addInteger(double steps, double factor, int row, double least, double most) {
    for (int i = 0; i < CANDIDATES; i++) {
      double rounded = steps * inverses[i] + ROUNDER - ROUNDER;
      double saturated = Math.max(least, Math.min(most, rounded));
      double error = steps - saturated * ratios[i];
      errors[row + i] += factor * error * error;
    }
  }

  private void addFloat(double steps, double factor, int row) {
    for (int i = 0; i < CANDIDATES; i++) {
      byte bits = format.encode((float) (steps * inverses[i]));
      double error = steps - format.decode(bits) * ratios[i];
      errors[row + i] += factor * error * error;
    }
  }

  private void closeWindow() {
    int end = Math.min(maxima.length, windowStart + cursor.window());
    for (int group = windowStart; group < end; group++) {
      int row = (group - windowStart) * CANDIDATES;
      int best = 0;
      for (int i = 1; i < CANDIDATES; i++) {
        if (errors[row + i] < errors[row + best] * BETTER) {
          best = i;
        }
      }
      clipped[group] = (float) (maxima[group] * ratios[best]);
    }
    Arrays.fill(errors, 0);
  }
}
