package io.dopt.evals.report;

import java.util.List;

/**
 * A page of ranges over timesteps alone, for looking at a calibration.
 *
 * @param title above all
 * @param facts below it, a sentence each
 * @param ranges one plot for each
 */
public record RangePage(String title, List<String> facts, List<RangeSeries> ranges) {
  public RangePage {
    facts = List.copyOf(facts);
    ranges = List.copyOf(ranges);
  }

  /** The plots, in the order of the ranges. */
  public List<Plot> plots() {
    return ranges.stream()
        .map(range -> RangePlot.of(range, "Its numbers, in the order of sampling."))
        .toList();
  }

  /** The style sheet. */
  public String style() {
    return HtmlReport.style();
  }

  /** The page, which needs neither network nor scripts. */
  public String html() {
    return HtmlReport.render("ranges.jte", this);
  }
}
