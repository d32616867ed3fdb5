package io.dopt.quantizer.calibration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DoptException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
  private static Histogram histogram(float... numbers) {
    HistogramCounter counter = new HistogramCounter();
    counter.add(numbers, 0, numbers.length);
    return counter.histogram();
  }

  @Test
  void theRangeIsThePowerOfTwoAboveEveryMagnitude() {
    assertEquals(4, histogram(1, -3.9f).range());
    assertEquals(8, histogram(1, -4).range());
    assertEquals(0.5, histogram(0.25f).range());
    assertEquals(Math.scalb(1.0, 128), histogram(-Float.MAX_VALUE).range());
    assertEquals(Math.scalb(1.0, -64), histogram(0, Float.MIN_VALUE).range());
  }

  @Test
  void aNumberFallsIntoTheBinItIsIn() {
    Histogram histogram = histogram(-3.9f, -0.001f, 0, 0.001f, 3.9f);
    assertEquals(5, histogram.total());
    assertEquals(1, histogram.count(1023));
    assertEquals(2, histogram.count(1024));
    for (float number : new float[] {-3.9f, 3.9f}) {
      int bin = (int) Math.floor(number / histogram.width()) + 1024;
      assertEquals(1, histogram.count(bin));
      assertEquals(true, histogram.lower(bin) <= number && number < histogram.lower(bin + 1));
      assertEquals(histogram.lower(bin) + histogram.width() / 2, histogram.middle(bin));
    }
  }

  @Test
  void theOrderOfTheNumbersDoesNotMatter() {
    Random random = new Random(1);
    float[] numbers = new float[4000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (random.nextGaussian() * Math.scalb(1.0, i / 200 - 8));
    }
    numbers[7] = 2048;
    numbers[8] = -2048;
    numbers[9] = 0;
    HistogramCounter piecewise = new HistogramCounter();
    for (int i = 0; i < numbers.length; i += 100) {
      piecewise.add(numbers, i, i + 100);
    }
    assertEquals(histogram(numbers), piecewise.histogram());
  }

  @Test
  void addingAHistogramIsAddingItsNumbers() {
    HistogramCounter sum = new HistogramCounter();
    sum.add(histogram(0.1f, -0.2f));
    sum.add(histogram(100, -7));
    sum.add(histogram(0.3f));
    Histogram all = histogram(0.1f, -0.2f, 100, -7, 0.3f);
    assertEquals(all, sum.histogram());
    assertEquals(all, histogram(0.1f, -0.2f).plus(histogram(100, -7)).plus(histogram(0.3f)));
  }

  @Test
  void moreThanACounterHoldsIsRefusedButAddedUpAfterwards() {
    Histogram large = Histogram.of(1, 1024, Integer.MAX_VALUE);
    HistogramCounter counter = new HistogramCounter();
    counter.add(large);
    assertThrows(DoptException.class, () -> counter.add(new float[1], 0, 1));
    assertEquals(2L * Integer.MAX_VALUE, large.plus(large).total());
  }

  @Test
  void emptyBinsAtTheEndsAreNotKept() {
    Histogram histogram = Histogram.of(1, 10, 0, 0, 3, 0, 4, 0);
    assertEquals(12, histogram.first());
    assertArrayEquals(new long[] {3, 0, 4}, histogram.counts());
    assertEquals(0, histogram.count(11));
    assertEquals(0, histogram.count(2000));
    assertEquals(Histogram.of(1, 0), Histogram.of(1, 500, 0, 0));
  }

  @Test
  void refusesWhatNoCountingGives() {
    assertThrows(IllegalArgumentException.class, () -> Histogram.of(3, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Histogram.of(0, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Histogram.of(-2, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Histogram.of(Double.NaN, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Histogram.of(1, 0, -1));
    assertThrows(IllegalArgumentException.class, () -> Histogram.of(1, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> Histogram.of(1, 2047, 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> Histogram.of(1, Integer.MAX_VALUE, new long[2]));
  }
}
