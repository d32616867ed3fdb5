package io.dopt.evals.report;

import io.dopt.evals.report.PlotSeries.Band;
import io.dopt.evals.report.PlotSeries.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A plot: its geometry in the units of an SVG of {@value #WIDTH} by {@value #HEIGHT}. Drawn as SVG
 * text by the page itself, which needs no fonts on the machine that writes it and follows the
 * reader's colour scheme.
 *
 * @param title above the plot
 * @param explanation below the title: what is shown and what to make of it
 * @param horizontal from left to right
 * @param vertical from bottom to top
 * @param series drawn in this order, the last on top
 */
public record Plot(
    String title, String explanation, Axis horizontal, Axis vertical, List<PlotSeries> series) {
  /** Width of the drawing. */
  public static final int WIDTH = 400;

  /** Height of the drawing. */
  public static final int HEIGHT = 236;

  /** Left end of the horizontal axis. */
  public static final int LEFT = 62;

  /** Right end of the horizontal axis. */
  public static final int RIGHT = WIDTH - 12;

  /** Upper end of the vertical axis. */
  public static final int TOP = 12;

  /** Lower end of the vertical axis. */
  public static final int BOTTOM = HEIGHT - 40;

  public Plot {
    series = List.copyOf(series);
  }

  /** A mark on an axis, in the drawing's units. */
  public record Tick(String position, String text) {}

  /** The title, to be broken between its parts only: behind the dots and slashes of a name. */
  public List<String> titleParts() {
    return List.of(title.split("(?<=[./])"));
  }

  /** The marks of the horizontal axis. */
  public List<Tick> horizontalTicks() {
    return horizontal.marks().stream()
        .map(mark -> new Tick(coordinate(across(mark.fraction())), mark.text()))
        .toList();
  }

  /** The marks of the vertical axis. */
  public List<Tick> verticalTicks() {
    return vertical.marks().stream()
        .map(mark -> new Tick(coordinate(up(mark.fraction())), mark.text()))
        .toList();
  }

  /** Where a value is, from the left. */
  public String x(double value) {
    return coordinate(across(horizontal.fraction(value)));
  }

  /** Where a value is, from the top. */
  public String y(double value) {
    return coordinate(up(vertical.fraction(value)));
  }

  /** Points as an SVG polyline or polygon wants them. */
  public String path(List<Point> points) {
    return points.stream()
        .map(point -> x(point.x()) + "," + y(point.y()))
        .collect(Collectors.joining(" "));
  }

  /** The outline of a band: along its lower line and back along its upper one. */
  public String outline(Band band) {
    List<Point> back = new ArrayList<>(band.upper());
    Collections.reverse(back);
    return path(band.lower()) + " " + path(back);
  }

  private static double across(double fraction) {
    return LEFT + 8 + fraction * (RIGHT - LEFT - 16);
  }

  private static double up(double fraction) {
    return BOTTOM - fraction * (BOTTOM - TOP);
  }

  private static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
