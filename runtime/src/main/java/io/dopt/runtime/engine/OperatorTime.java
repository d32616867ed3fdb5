package io.dopt.runtime.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one kind of operator took in a profile.
 *
 * @param operator the engine's name of it, e.g. {@code Conv}
 * @param calls how often it ran
 * @param microseconds time of all its calls together
 */
public record OperatorTime(String operator, long calls, long microseconds) {

  /** The nodes summed by operator, longest first. */
  public static List<OperatorTime> of(Collection<NodeTime> nodes) {
    Map<String, OperatorTime> times = new TreeMap<>();
    for (NodeTime node : nodes) {
      times.merge(
          node.operator(),
          new OperatorTime(node.operator(), node.calls(), node.microseconds()),
          OperatorTime::plus);
    }
    return times.values().stream()
        .sorted(Comparator.comparingLong(OperatorTime::microseconds).reversed())
        .toList();
  }

  private OperatorTime plus(OperatorTime other) {
    return new OperatorTime(operator, calls + other.calls, microseconds + other.microseconds);
  }
}
