package io.dopt.cli;

import io.dopt.runtime.engine.OperatorTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The operators of a profile, longest first. */
final class OperatorTable {
  private OperatorTable() {}

  /** One entry per operator, over all engines of a component. */
  static List<OperatorTime> merge(Collection<List<OperatorTime>> profiles) {
    Map<String, OperatorTime> merged = new TreeMap<>();
    for (List<OperatorTime> profile : profiles) {
      for (OperatorTime time : profile) {
        merged.merge(
            time.operator(),
            time,
            (a, b) ->
                new OperatorTime(
                    a.operator(), a.calls() + b.calls(), a.microseconds() + b.microseconds()));
      }
    }
    return merged.values().stream()
        .sorted(Comparator.comparingLong(OperatorTime::microseconds).reversed())
        .toList();
  }

  static String text(List<OperatorTime> operators) {
    long total = operators.stream().mapToLong(OperatorTime::microseconds).sum();
    TextTable table = new TextTable("<operator", "calls", "total", "a call", "share");
    for (OperatorTime time : operators) {
      table.row(
          time.operator(),
          time.calls(),
          Amount.seconds(time.microseconds() / 1e6),
          Amount.seconds(time.microseconds() / 1e6 / time.calls()),
          String.format(Locale.ROOT, "%.1f%%", 100.0 * time.microseconds() / Math.max(1, total)));
    }
    return table.toString();
  }
}
