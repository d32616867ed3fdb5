package io.dopt.evals.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A plot of values over 1, 2, 3, ...: its geometry in the units of an SVG of {@value #WIDTH} by
 * {@value #HEIGHT}. Drawn as SVG text by the page itself, which needs no fonts on the machine that
 * writes it and follows the reader's colour scheme.
 *
 * @param title above the plot
 * @param explanation below the title, one sentence
 * @param horizontalLabel what is counted
 * @param verticalLabel what is measured, with its unit
 * @param connected lines rather than dots
 * @param series at least one, each with at least one value
 */
public record LinePlot(
    String title,
    String explanation,
    String horizontalLabel,
    String verticalLabel,
    boolean connected,
    List<Series> series) {
  /** Width of the drawing. */
  public static final int WIDTH = 440;

  /** Height of the drawing. */
  public static final int HEIGHT = 230;

  /** Left end of the horizontal axis. */
  public static final int LEFT = 52;

  /** Right end of the horizontal axis. */
  public static final int RIGHT = WIDTH - 12;

  /** Upper end of the vertical axis. */
  public static final int TOP = 12;

  /** Lower end of the vertical axis. */
  public static final int BOTTOM = HEIGHT - 38;

  private static final int TICKS = 5;

  public LinePlot {
    series = List.copyOf(series);
  }

  /**
   * Values that belong together.
   *
   * @param name in the legend
   * @param style the page's colour: {@code candidate} or {@code reference}
   * @param values at 1, 2, 3, ...
   * @param notes what a reader sees who points at a value; one per value
   */
  public record Series(String name, String style, List<Double> values, List<String> notes) {
    public Series {
      values = List.copyOf(values);
      notes = List.copyOf(notes);
    }
  }

  /** A value's place. */
  public record Point(String x, String y, String note) {}

  /** A mark on an axis. */
  public record Tick(String position, String text) {}

  /** Where the values of a series are. */
  public List<Point> points(Series one) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < one.values().size(); i++) {
      points.add(
          new Point(
              coordinate(horizontal(i + 1)),
              coordinate(vertical(one.values().get(i))),
              one.notes().get(i)));
    }
    return points;
  }

  /** The points of a series as an SVG polyline wants them. */
  public String polyline(Series one) {
    return points(one).stream()
        .map(point -> point.x() + "," + point.y())
        .collect(Collectors.joining(" "));
  }

  /** Round values within the range of the vertical axis, from the bottom. */
  public List<Tick> verticalTicks() {
    List<Tick> ticks = new ArrayList<>();
    double step = tickStep();
    for (double value = Math.ceil(minimum() / step) * step;
        value <= maximum() + step * 1e-9;
        value += step) {
      // Adding steps leaves 0.30000000000000004 and -1e-17; the rounded multiple is meant.
      double rounded = Math.round(value / step) * step;
      ticks.add(new Tick(coordinate(vertical(rounded)), tickText(rounded, step)));
    }
    return ticks;
  }

  /** First, last, and some between. */
  public List<Tick> horizontalTicks() {
    int count = count();
    int every = Math.max(1, (int) Math.ceil(count / 8.0));
    List<Tick> ticks = new ArrayList<>();
    for (int i = 1; i <= count; i += every) {
      ticks.add(new Tick(coordinate(horizontal(i)), Integer.toString(i)));
    }
    return ticks;
  }

  private int count() {
    return series.stream().mapToInt(one -> one.values().size()).max().orElseThrow();
  }

  private double horizontal(int position) {
    double fraction = count() == 1 ? 0.5 : (position - 1.0) / (count() - 1);
    return LEFT + 8 + fraction * (RIGHT - LEFT - 16);
  }

  private double vertical(double value) {
    return BOTTOM - (value - minimum()) / (maximum() - minimum()) * (BOTTOM - TOP);
  }

  private double tickStep() {
    double raw = (maximum() - minimum()) / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double leading = raw / power;
    return power * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
  }

  private static String tickText(double value, double step) {
    int digits = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
    return String.format(Locale.ROOT, "%." + digits + "f", value + 0.0);
  }

  private double smallest() {
    return series.stream().flatMap(one -> one.values().stream()).min(Double::compare).orElseThrow();
  }

  private double largest() {
    return series.stream().flatMap(one -> one.values().stream()).max(Double::compare).orElseThrow();
  }

  /** Connected values are times, whose axis starts at zero; dots get some room below. */
  private double minimum() {
    return connected ? 0 : smallest() - margin();
  }

  private double maximum() {
    return largest() + margin();
  }

  private double margin() {
    double range = largest() - smallest();
    return range > 0 ? 0.08 * range : Math.max(0.05 * Math.abs(largest()), 1e-9);
  }

  private static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
