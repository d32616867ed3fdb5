package io.dopt.tensorrt.engine;

import io.dopt.runtime.engine.NodeTime;
import java.util.List;

/** How long runs took on the GPU. */
final class RunTimes {
  private static final double MICROSECONDS = 1000;

  private long runs;
  private double milliseconds;
  private double first;
  private double least = Double.POSITIVE_INFINITY;

  /** Adds runs that took so long together. */
  synchronized void add(long count, double total) {
    double each = total / count;
    if (runs == 0) {
      first = each;
    }
    if (runs > 0 || count > 1) {
      least = Math.min(least, each);
    }
    runs += count;
    milliseconds += total;
  }

  /** The whole plan as one node, when it ran; then starts anew. */
  synchronized List<NodeTime> take(String node) {
    if (runs == 0) {
      return List.of();
    }
    double shortest = Double.isInfinite(least) ? first : least;
    List<NodeTime> times =
        List.of(
            new NodeTime(
                node,
                "TensorRT",
                runs,
                Math.round(milliseconds * MICROSECONDS),
                Math.round(shortest * MICROSECONDS)));
    runs = 0;
    milliseconds = 0;
    least = Double.POSITIVE_INFINITY;
    return times;
  }
}
