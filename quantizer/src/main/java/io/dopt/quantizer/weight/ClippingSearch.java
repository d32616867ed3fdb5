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

  /** Less is a matter of rounding: equally good ratios are common in small blocks. */
  private static final double BETTER = 1 - 1e-6;

  private final LazyTensor weight;
  private final float[] maxima;
  private final GroupCursor cursor;
  private final GroupCursor channels;
  private final float[] importance;
  private final double[] stepsPerUnit;
  private final double[][] errors;
  private final float[] clipped;
  private final ErrorBatch batch;
  private int windowStart;

  ClippingSearch(
      LazyTensor weight,
      SymmetricFormat format,
      Granularity granularity,
      float[] maxima,
      Optional<ChannelStatistic> inputMeanSquare) {
    this.weight = weight;
    this.maxima = maxima;
    cursor = GroupCursor.of(weight.shape(), granularity);
    importance = inputMeanSquare.map(ClippingSearch::relative).orElse(new float[] {1});
    channels =
        inputMeanSquare
            .map(statistic -> statistic.cursor(weight.shape()))
            .orElseGet(() -> GroupCursor.of(weight.shape(), new Granularity.PerTensor()));
    stepsPerUnit = new double[maxima.length];
    for (int i = 0; i < maxima.length; i++) {
      stepsPerUnit[i] = maxima[i] == 0 ? 0 : format.largest() / (double) maxima[i];
    }
    errors = new double[CANDIDATES][cursor.window()];
    clipped = new float[maxima.length];
    batch = new ErrorBatch(format);
  }

  /** The statistic over its largest, so that squares of it stay in the range of floats. */
  private static float[] relative(ChannelStatistic statistic) {
    double[] values = statistic.toArray();
    double largest = Arrays.stream(values).max().orElse(0);
    float[] relative = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      relative[i] = largest > 0 ? (float) (values[i] / largest) : 1;
    }
    return relative;
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
      if (batch.isFull()) {
        emptyBatch();
      }
      // In steps of the unclipped scale, which all candidates of a group share.
      float steps = (float) (values[i] * stepsPerUnit[group]);
      batch.add(steps, importance[channels.next()], group - windowStart);
    }
  }

  private void emptyBatch() {
    for (int i = 0; i < CANDIDATES; i++) {
      batch.addTo(errors[i], ratio(i));
    }
    batch.clear();
  }

  private static float ratio(int candidate) {
    return (float) (STEPS - candidate) / STEPS;
  }

  private void closeWindow() {
    emptyBatch();
    int end = Math.min(maxima.length, windowStart + cursor.window());
    for (int group = windowStart; group < end; group++) {
      int column = group - windowStart;
      int best = 0;
      for (int i = 1; i < CANDIDATES; i++) {
        if (errors[i][column] < errors[best][column] * BETTER) {
          best = i;
        }
      }
      clipped[group] = maxima[group] * ratio(best);
    }
    for (double[] row : errors) {
      Arrays.fill(row, 0);
    }
  }
}
