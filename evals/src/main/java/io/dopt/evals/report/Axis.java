package io.dopt.evals.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * An axis of a plot: what its ends are, and where values between them lie.
 *
 * @param label what is shown, with its unit
 * @param scale how values are spread
 * @param from the value at its start: left, or bottom; above {@code to} for an axis that runs down
 * @param to the value at its end
 */
public record Axis(String label, Scale scale, double from, double to) {
  private static final int TICKS = 5;

  /** How values are spread over an axis. */
  public enum Scale {
    /** Evenly. */
    LINEAR,
    /** Evenly, for values that are counted: whole numbers are marked only. */
    WHOLE,
    /** By their logarithm; for values above 0. */
    LOGARITHMIC
  }

  /**
   * A mark on an axis.
   *
   * @param fraction of the way from start to end
   */
  record Mark(double fraction, String text) {}

  public Axis {
    if (from == to || !Double.isFinite(from) || !Double.isFinite(to)) {
      throw new IllegalArgumentException("an axis from " + from + " to " + to);
    }
  }

  /** Holds all values, with some room at both ends. */
  static Axis around(String label, DoubleStream values) {
    double[] all = values.toArray();
    double least = DoubleStream.of(all).min().orElseThrow();
    double most = DoubleStream.of(all).max().orElseThrow();
    double range = most - least;
    double margin = range > 0 ? 0.08 * range : Math.max(0.05 * Math.abs(most), 1e-9);
    return new Axis(label, Scale.LINEAR, least - margin, most + margin);
  }

  /** 1, 2, 3, ... */
  static Axis counting(String label, int last) {
    return last == 1
        ? new Axis(label, Scale.WHOLE, 0.5, 1.5)
        : new Axis(label, Scale.WHOLE, 1, last);
  }

  /** Starts at 0 and holds all values, which are 0 or more. */
  static Axis fromZero(String label, DoubleStream values) {
    double largest = values.max().orElseThrow();
    return new Axis(label, Scale.LINEAR, 0, largest > 0 ? 1.08 * largest : 1);
  }

  /** Whole powers of ten around all values, which are above 0. */
  static Axis logarithmic(String label, DoubleStream values) {
    double[] all = values.toArray();
    double least = Math.floor(Math.log10(DoubleStream.of(all).min().orElseThrow()));
    double most = Math.ceil(Math.log10(DoubleStream.of(all).max().orElseThrow()));
    return new Axis(
        label, Scale.LOGARITHMIC, Math.pow(10, least), Math.pow(10, Math.max(most, least + 1)));
  }

  /** From the first value to the last, which may be the smaller. */
  static Axis between(String label, double first, double last) {
    return first == last
        ? new Axis(label, Scale.LINEAR, first - 0.5, first + 0.5)
        : new Axis(label, Scale.LINEAR, first, last);
  }

  /** How far along the axis a value is: 0 at its start, 1 at its end. */
  double fraction(double value) {
    return (along(value) - along(from)) / (along(to) - along(from));
  }

  private double along(double value) {
    return scale == Scale.LOGARITHMIC ? Math.log10(value) : value;
  }

  /** Round values, from the smaller to the larger. */
  List<Mark> marks() {
    return switch (scale) {
      case LINEAR -> roundValues(0);
      case WHOLE -> roundValues(1);
      case LOGARITHMIC -> powersOfTen();
    };
  }

  private List<Mark> roundValues(double leastStep) {
    List<Mark> marks = new ArrayList<>();
    double least = Math.min(from, to);
    double most = Math.max(from, to);
    double step = Math.max(leastStep, step((most - least) / TICKS));
    for (double value = Math.ceil(least / step) * step;
        value <= most + step * 1e-9;
        value += step) {
      // Adding steps leaves 0.30000000000000004 and -1e-17; the rounded multiple is meant.
      double rounded = Math.round(value / step) * step;
      marks.add(new Mark(fraction(rounded), text(rounded, step)));
    }
    return marks;
  }

  private List<Mark> powersOfTen() {
    List<Mark> marks = new ArrayList<>();
    int first = (int) Math.round(Math.log10(from));
    int last = (int) Math.round(Math.log10(to));
    int every = Math.max(1, (last - first + TICKS - 1) / TICKS);
    for (int power = first; power <= last; power += every) {
      marks.add(new Mark(fraction(Math.pow(10, power)), "1e" + power));
    }
    return marks;
  }

  private static double step(double raw) {
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double leading = raw / power;
    return power * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
  }

  private static String text(double value, double step) {
    int digits = Math.max(0, (int) Math.ceil(-Math.log10(step) - 1e-9));
    return String.format(Locale.ROOT, "%." + digits + "f", value + 0.0);
  }
}
