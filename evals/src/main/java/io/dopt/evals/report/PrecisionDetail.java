package io.dopt.evals.report;

import java.util.List;

/**
 * How the candidate is quantized, as it says itself.
 *
 * @param recipe in words
 * @param layers those that the recipe speaks of
 * @param trials what the search tried; empty when none was made
 * @param ranges of the layers that drift most; empty when none were kept
 * @param engines what the engines were found to be made of; empty where they do not tell
 */
public record PrecisionDetail(
    String recipe,
    List<LayerPrecision> layers,
    List<TrialPoint> trials,
    List<RangeSeries> ranges,
    List<EngineLayers> engines) {
  public PrecisionDetail {
    layers = List.copyOf(layers);
    trials = List.copyOf(trials);
    ranges = List.copyOf(ranges);
    engines = List.copyOf(engines);
  }
}
