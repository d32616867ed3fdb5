package io.dopt.evals.report;

import io.dopt.evals.report.Latencies.StageLatency;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where one side's time for an image goes: a bar of segments.
 *
 * @param name of the side
 * @param segments one per stage
 */
public record TimeShare(String name, List<Segment> segments) {

  public TimeShare {
    segments = List.copyOf(segments);
  }

  /**
   * A stage's part of the bar.
   *
   * @param stage which
   * @param milliseconds of all its calls for one image, from the median call
   * @param percent of the bar's room, as CSS wants it
   */
  public record Segment(Stage stage, double milliseconds, String percent) {}

  /**
   * @param longest the milliseconds that fill the room
   */
  static TimeShare of(String name, Latencies latencies, double longest) {
    int images = latencies.stage(Stage.TOTAL).count();
    List<Segment> segments = new ArrayList<>();
    for (StageLatency stage : latencies.stages()) {
      if (stage.stage() != Stage.TOTAL) {
        double milliseconds = stage.p50() * stage.count() / images;
        segments.add(
            new Segment(
                stage.stage(),
                milliseconds,
                String.format(Locale.ROOT, "%.2f", 100 * milliseconds / longest)));
      }
    }
    return new TimeShare(name, segments);
  }

  /** The milliseconds of all segments. */
  public double milliseconds() {
    return segments.stream().mapToDouble(Segment::milliseconds).sum();
  }
}
