package io.dopt.evals.report;

import io.dopt.evals.statistics.Interval;
import java.util.Locale;
import java.util.Optional;

/**
 * A gate as a small picture: where the value and its interval lie, and on which side of the limit
 * it is good. Positions are percentages of the width.
 *
 * @param limit of the gate
 * @param value the estimate
 * @param low end of its interval, or the value
 * @param high end of its interval, or the value
 * @param floor whether more is better, so that the good side is to the right of the limit
 * @param width of the good side
 */
public record GateGauge(
    String limit, String value, String low, String high, boolean floor, String width) {
  /** What lies at the ends, as a share of the span: room for marks. */
  private static final double ROOM = 0.25;

  /** Absent when there is no value. */
  static Optional<GateGauge> of(GateResult gate) {
    return gate.value().map(value -> gauge(gate, value));
  }

  private static GateGauge gauge(GateResult gate, double value) {
    double low = gate.interval95().map(Interval::low).orElse(value);
    double high = gate.interval95().map(Interval::high).orElse(value);
    double least = Math.min(gate.limit(), low);
    double most = Math.max(gate.limit(), high);
    double span = most > least ? most - least : Math.max(1e-9, Math.abs(most));
    double start = least - ROOM * span;
    boolean floor = gate.gate().contains(">=");
    double length = most - least + 2 * ROOM * span;
    return new GateGauge(
        percent(gate.limit(), start, length),
        percent(value, start, length),
        percent(low, start, length),
        percent(high, start, length),
        floor,
        String.format(
            Locale.ROOT,
            "%.1f",
            100 * (floor ? start + length - gate.limit() : gate.limit() - start) / length));
  }

  private static String percent(double value, double start, double length) {
    return String.format(Locale.ROOT, "%.1f", 100 * (value - start) / length);
  }
}
