package io.dopt.quantizer.calibration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationCollectorTest {
  private static final TimestepBuckets BUCKETS = TimestepBuckets.uniform(1000, 4);
  private static final Observation OBSERVATION = new Observation("h", "observed:h", 1, 2, 6, 4);

  @TempDir Path folder;

  private static CalibrationCollector collector() {
    return new CalibrationCollector(BUCKETS, List.of(OBSERVATION));
  }

  private static void add(CalibrationCollector collector, double timestep, float... numbers) {
    collector.add(
        timestep,
        (output, length, target) -> {
          assertEquals("observed:h", output);
          System.arraycopy(numbers, 0, target, 0, length);
        });
  }

  private static CalibrationTable table(CalibrationCollector collector) {
    return new CalibrationTable(
        CalibrationTable.FORMAT_VERSION,
        Sha256.of("graph"),
        CalibrationTableTest.settings(),
        BUCKETS,
        collector.statistics());
  }

  @Test
  void runsAddUpInTheBucketOfTheirTimestep() {
    CalibrationCollector collector = collector();
    add(collector, 900, -1, -2, 3, 5, 1, 2, 0.5f, -1, 3, 4);
    add(collector, 760, -7, 0, 1, 2, -3, 0, 0.5f, 0.5f, 1, 2);
    add(collector, 10, 0, 0, 1, 1, 0.5f, 0.75f, 0, 0, 1, 1);
    ValueStatistics statistics = collector.statistics().get("h");
    BucketStatistics late = statistics.buckets().get(3);
    assertEquals(12, late.count());
    assertEquals(-7, late.minimum());
    assertEquals(5, late.maximum());
    assertEquals((1.5 - 1.5) / 2, late.mean(), 1e-12);
    assertEquals(8, late.histogram().total());
    assertEquals(BucketStatistics.EMPTY, statistics.buckets().get(1));
    assertEquals(List.of(7.0, 5.0), statistics.channelAbsoluteMaximum());
    assertEquals((1 - 3 + 0.5) / 3, statistics.channelMean().get(0), 1e-12);
    assertEquals((2 + 0 + 0.75) / 3, statistics.channelMean().get(1), 1e-12);
    BucketStatistics merged = statistics.merged();
    assertEquals(18, merged.count());
    assertEquals(0.625 / 3, merged.mean(), 1e-12);
    assertEquals(12, merged.histogram().total());
  }

  @Test
  void resumedFromAFileItEndsWithTheSameBytes() {
    Random random = new Random(3);
    float[][] runs = new float[30][OBSERVATION.length()];
    for (int run = 0; run < runs.length; run++) {
      for (int i = 0; i < runs[run].length; i++) {
        runs[run][i] = (float) random.nextGaussian() * (run + 1);
      }
      // Minima and maxima of both channels, beyond everything that is sampled.
      Arrays.fill(runs[run], 0, 2, -10 * (run + 1));
      Arrays.fill(runs[run], 2, 4, 10 * (run + 1));
    }
    CalibrationCollector whole = collector();
    CalibrationCollector first = collector();
    for (int run = 0; run < runs.length; run++) {
      add(whole, run * 33, runs[run]);
      if (run < 13) {
        add(first, run * 33, runs[run]);
      }
    }
    Path file = folder.resolve("calibration.json.partial");
    new PartialCalibration(CalibrationTable.FORMAT_VERSION, 1, table(first)).write(file);
    CalibrationCollector second = collector();
    second.resume(PartialCalibration.read(file).table());
    for (int run = 13; run < runs.length; run++) {
      add(second, run * 33, runs[run]);
    }
    assertArrayEquals(table(whole).toJson(), table(second).toJson());
  }

  @Test
  void whatIsNotFiniteIsRefusedByName() {
    for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (int place = 0; place < OBSERVATION.length(); place++) {
        float[] numbers = new float[OBSERVATION.length()];
        numbers[place] = wrong;
        DoptException refusal =
            assertThrows(DoptException.class, () -> add(collector(), 5, numbers));
        assertEquals(ErrorCode.QUALITY, refusal.code());
        assertTrue(refusal.getMessage().contains("The value h became " + wrong));
      }
    }
  }

  @Test
  void otherValuesAreNotResumed() {
    CalibrationCollector other =
        new CalibrationCollector(
            BUCKETS, List.of(new Observation("other", "observed:other", 1, 2, 6, 4)));
    DoptException refusal =
        assertThrows(DoptException.class, () -> collector().resume(table(other)));
    assertEquals(ErrorCode.BAD_INPUT, refusal.code());
    assertTrue(refusal.getMessage().contains("it lacks h"), refusal.getMessage());
    CalibrationCollector wider =
        new CalibrationCollector(BUCKETS, List.of(new Observation("h", "observed:h", 1, 3, 6, 4)));
    assertThrows(DoptException.class, () -> collector().resume(table(wider)));
  }
}
