package io.dopt.quantizer.search;

import io.dopt.quantizer.Precision;
import io.dopt.quantizer.PrecisionPlan;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Candidates in the order in which they are quantized: the least noise for the most work saved
 * first. Sensitivities and counts decide it and no times, so the order is the same on every run.
 *
 * @param candidates in this order
 */
public record CandidateOrder(List<Candidate> candidates) {
  public CandidateOrder {
    candidates = List.copyOf(candidates);
  }

  /** Sorts candidates; names decide between equal prices. */
  public static CandidateOrder of(Collection<Candidate> candidates) {
    return new CandidateOrder(
        candidates.stream()
            .sorted(
                Comparator.comparingInt(Candidate::stage)
                    .thenComparingDouble(Candidate::price)
                    .thenComparing(Candidate::layer))
            .toList());
  }

  /** How many there are. */
  public int size() {
    return candidates.size();
  }

  /** Multiplications of the first 0, 1, ... all candidates. */
  public long[] saved() {
    long[] saved = new long[size() + 1];
    for (int i = 0; i < size(); i++) {
      saved[i + 1] = saved[i] + candidates.get(i).multiplications();
    }
    return saved;
  }

  /**
   * The plan with the first candidates in a precision and all other layers in float32.
   *
   * @param all a plan that has every layer of the graph
   * @param count how many candidates
   */
  public PrecisionPlan plan(PrecisionPlan all, int count, Precision precision) {
    SortedMap<String, Precision> layers = new TreeMap<>();
    all.layers().keySet().forEach(layer -> layers.put(layer, Precision.FLOAT32));
    candidates.subList(0, count).forEach(candidate -> layers.put(candidate.layer(), precision));
    return new PrecisionPlan(layers);
  }
}
