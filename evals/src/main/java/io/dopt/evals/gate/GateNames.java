package io.dopt.evals.gate;

import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageMetrics;
import io.dopt.evals.metric.ImageScore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What gates may name, each with whether more is better.
 *
 * @param metrics of pairs of images
 * @param scores of single images
 */
public record GateNames(Map<String, Boolean> metrics, Map<String, Boolean> scores) {
  public GateNames {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
  }

  /** What every comparison measures. */
  public static GateNames standard() {
    return of(ImageMetrics.standard(), List.of());
  }

  /** What a comparison with these measures. */
  public static GateNames of(List<ImageMetric> metrics, List<ImageScore> scores) {
    Map<String, Boolean> ofPairs = new LinkedHashMap<>();
    metrics.forEach(metric -> ofPairs.put(metric.name(), metric.higherIsBetter()));
    Map<String, Boolean> ofImages = new LinkedHashMap<>();
    scores.forEach(score -> ofImages.put(score.name(), score.higherIsBetter()));
    return new GateNames(ofPairs, ofImages);
  }

  /** All names, speed last. */
  List<String> all() {
    List<String> all = new ArrayList<>(metrics.keySet());
    all.addAll(scores.keySet());
    all.add(GateSubject.Latency.NAME);
    all.add(GateSubject.Throughput.NAME);
    return all;
  }

  /** Whether a metric or score of this name is measured. */
  boolean measures(String name) {
    return metrics.containsKey(name) || scores.containsKey(name);
  }
}
