package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.report.Axis.Mark;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void timesStartAtZeroAndMarksAreRound() {
    Axis axis = Axis.fromZero("milliseconds", DoubleStream.of(100, 180, 240));
    assertEquals(List.of("0", "100", "200"), texts(axis));
    assertEquals(0, axis.marks().get(0).fraction());
  }

  @Test
  void smallRangesGetEnoughDigits() {
    assertEquals(
        List.of("0.94", "0.96", "0.98"),
        texts(Axis.around("value", DoubleStream.of(0.94, 0.95, 0.99))));
  }

  @Test
  void countsAreMarkedByWholeNumbers() {
    assertEquals(List.of("1"), texts(Axis.counting("step", 1)));
    assertEquals(List.of("1", "2", "3"), texts(Axis.counting("step", 3)));
    assertEquals(List.of("5", "10", "15", "20"), texts(Axis.counting("step", 20)));
  }

  @Test
  void powersOfTenAreEvenlySpread() {
    Axis axis = Axis.logarithmic("error", DoubleStream.of(3e-5, 0.02));
    assertEquals(List.of("1e-5", "1e-4", "1e-3", "1e-2", "1e-1"), texts(axis));
    assertEquals(0.5, axis.fraction(1e-3), 1e-12);
    assertEquals(List.of("1e0", "1e1"), texts(Axis.logarithmic("error", DoubleStream.of(1, 1))));
  }

  @Test
  void anAxisMayRunDown() {
    Axis axis = Axis.between("timestep", 950, 50);
    assertEquals(0, axis.fraction(950), 1e-12);
    assertEquals(1, axis.fraction(50), 1e-12);
    assertEquals(List.of("200", "400", "600", "800"), texts(axis));
  }

  @Test
  void everyValueHasItsPlace() {
    for (double[] values : new double[][] {{5}, {3, 3, 3}, {-1, 1}, {0, 0}, {1e-9, 1e6}}) {
      Axis axis = Axis.around("value", DoubleStream.of(values));
      for (double value : values) {
        assertTrue(axis.fraction(value) >= 0 && axis.fraction(value) <= 1, axis.toString());
      }
      assertTrue(axis.marks().size() <= 12, axis.marks().toString());
    }
  }

  @Test
  void anAxisWithoutLengthIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Axis("x", Axis.Scale.LINEAR, 1, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new Axis("x", Axis.Scale.LINEAR, 0, Double.NaN));
  }

  private static List<String> texts(Axis axis) {
    return axis.marks().stream().map(Mark::text).toList();
  }
}
