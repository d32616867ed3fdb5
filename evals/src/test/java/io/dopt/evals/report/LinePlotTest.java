package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.report.LinePlot.Tick;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinePlotTest {
  @Test
  void timesStartAtZeroAndTicksAreRound() {
    LinePlot plot = plot(true, 100, 180, 240);
    assertEquals(
        List.of("0", "100", "200"), plot.verticalTicks().stream().map(Tick::text).toList());
    assertEquals(Integer.toString(LinePlot.BOTTOM) + ".0", plot.verticalTicks().get(0).position());
  }

  @Test
  void smallRangesGetEnoughDigits() {
    assertEquals(
        List.of("0.94", "0.96", "0.98"),
        plot(false, 0.94, 0.95, 0.99).verticalTicks().stream().map(Tick::text).toList());
  }

  @Test
  void everythingLiesWithinTheAxes() {
    for (double[] values : new double[][] {{5}, {3, 3, 3}, {-1, 1}, {0, 0}, {1e-9, 1e6}}) {
      LinePlot plot = plot(false, values);
      for (LinePlot.Point point : plot.points(plot.series().get(0))) {
        assertTrue(Double.parseDouble(point.x()) >= LinePlot.LEFT, point.toString());
        assertTrue(Double.parseDouble(point.x()) <= LinePlot.RIGHT, point.toString());
        assertTrue(Double.parseDouble(point.y()) >= LinePlot.TOP, point.toString());
        assertTrue(Double.parseDouble(point.y()) <= LinePlot.BOTTOM, point.toString());
      }
      assertTrue(plot.verticalTicks().size() <= 12, plot.verticalTicks().toString());
    }
  }

  @Test
  void largerValuesAreHigher() {
    LinePlot plot = plot(true, 1, 2, 4);
    List<LinePlot.Point> points = plot.points(plot.series().get(0));
    assertTrue(Double.parseDouble(points.get(0).y()) > Double.parseDouble(points.get(1).y()));
    assertTrue(Double.parseDouble(points.get(1).y()) > Double.parseDouble(points.get(2).y()));
  }

  private static LinePlot plot(boolean connected, double... values) {
    List<Double> boxed = Arrays.stream(values).boxed().toList();
    return new LinePlot(
        "title",
        "explanation",
        "rank",
        "value",
        connected,
        List.of(
            new LinePlot.Series(
                "series", "candidate", boxed, Collections.nCopies(boxed.size(), ""))));
  }
}
