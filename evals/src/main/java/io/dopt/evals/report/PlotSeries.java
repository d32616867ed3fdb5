package io.dopt.evals.report;

import java.util.List;
import java.util.stream.Stream;

/**
 * What belongs together in a plot and has one entry in its legend.
 *
 * @see Plot
 */
public sealed interface PlotSeries {
  /** In the legend. */
  String name();

  /** The page's colour: {@code candidate}, {@code reference}, {@code other}, {@code front}. */
  String style();

  /** The values it needs room for. */
  List<Point> points();

  /**
   * A value.
   *
   * @param note what a reader sees who points at it
   */
  record Point(double x, double y, String note) {}

  /** Points joined by a line. */
  record Line(String name, String style, List<Point> points) implements PlotSeries {
    public Line {
      points = List.copyOf(points);
    }
  }

  /** Points by themselves. */
  record Dots(String name, String style, List<Point> points) implements PlotSeries {
    public Dots {
      points = List.copyOf(points);
    }
  }

  /** The room between two lines over the same places. */
  record Band(String name, String style, List<Point> lower, List<Point> upper)
      implements PlotSeries {
    public Band {
      lower = List.copyOf(lower);
      upper = List.copyOf(upper);
    }

    @Override
    public List<Point> points() {
      return Stream.concat(lower.stream(), upper.stream()).toList();
    }
  }

  /** An upright line at one place, for what has no height. */
  record Upright(String name, String style, double x) implements PlotSeries {
    @Override
    public List<Point> points() {
      return List.of();
    }
  }
}
