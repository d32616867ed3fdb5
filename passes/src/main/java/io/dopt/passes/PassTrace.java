package io.dopt.passes;

import java.util.List;
import java.util.Locale;

/**
 * What every pass did to one graph: what {@code dopt compile --explain} shows.
 *
 * @param graph name of the graph
 * @param records one per pass, in the order they ran
 */
public record PassTrace(String graph, List<PassRecord> records) {
  public PassTrace {
    records = List.copyOf(records);
  }

  /** All refusals, in order. */
  public List<Refusal> refusals() {
    return records.stream().flatMap(record -> record.refusals().stream()).toList();
  }

  /**
   * A table with a line per pass, each followed by the places it changed and those it left alone.
   * Ends with a line break.
   */
  public String explain() {
    StringBuilder text = new StringBuilder();
    text.append(String.format("%s%n", graph));
    text.append(String.format("  %-32s %8s %15s %18s%n", "pass", "ms", "nodes", "weights (MB)"));
    for (PassRecord record : records) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-32s %8.1f %7d %+7d %10.1f %+7.1f%n",
              record.pass(),
              record.duration().toNanos() / 1e6,
              record.nodesAfter(),
              record.nodesAfter() - record.nodesBefore(),
              record.weightBytesAfter() / 1e6,
              (record.weightBytesAfter() - record.weightBytesBefore()) / 1e6));
      record.fired().forEach(node -> text.append(String.format("    did    %s%n", node)));
      record
          .refusals()
          .forEach(
              refusal ->
                  text.append(
                      String.format("    left   %s: %s%n", refusal.node(), refusal.reason())));
    }
    return text.toString();
  }
}
