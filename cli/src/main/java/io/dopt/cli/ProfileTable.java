package io.dopt.cli;

import io.dopt.runtime.engine.NodeTime;
import io.dopt.runtime.engine.OperatorTime;
import java.util.List;
import java.util.Locale;

/** What a profile found, longest first. */
final class ProfileTable {
  /** A unet has hundreds of nodes, most of which take next to nothing. */
  private static final int MOST_NODES = 30;

  private ProfileTable() {}

  static String operators(List<OperatorTime> operators) {
    long total = operators.stream().mapToLong(OperatorTime::microseconds).sum();
    TextTable table = new TextTable("<operator", "calls", "total", "a call", "share");
    for (OperatorTime time : operators) {
      table.row(
          time.operator(),
          time.calls(),
          Amount.seconds(time.microseconds() / 1e6),
          Amount.seconds(time.microseconds() / 1e6 / time.calls()),
          share(time.microseconds(), total));
    }
    return table.toString();
  }

  /** The longest nodes, and what the others take together. */
  static String nodes(List<NodeTime> nodes) {
    long total = nodes.stream().mapToLong(NodeTime::microseconds).sum();
    TextTable table = new TextTable("<node", "<operator", "calls", "a call", "share");
    for (NodeTime time : nodes.subList(0, Math.min(MOST_NODES, nodes.size()))) {
      table.row(
          time.node(),
          time.operator(),
          time.calls(),
          Amount.seconds(time.microseconds() / 1e6 / time.calls()),
          share(time.microseconds(), total));
    }
    if (nodes.size() > MOST_NODES) {
      long rest = nodes.stream().skip(MOST_NODES).mapToLong(NodeTime::microseconds).sum();
      table.row((nodes.size() - MOST_NODES) + " more", "", "", "", share(rest, total));
    }
    return table.toString();
  }

  private static String share(long microseconds, long total) {
    return String.format(Locale.ROOT, "%.1f%%", 100.0 * microseconds / Math.max(1, total));
  }
}
