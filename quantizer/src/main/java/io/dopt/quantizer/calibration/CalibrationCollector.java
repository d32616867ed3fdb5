package io.dopt.quantizer.calibration;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Adds up what an observed graph says, run by run. Memory grows with the values and the buckets,
 * not with the runs.
 */
public final class CalibrationCollector {
  private final TimestepBuckets timesteps;
  private final SortedMap<String, ValueObserver> observers = new TreeMap<>();
  private final List<Observation> observations;
  private final float[] numbers;

  /** Nothing seen so far. */
  public CalibrationCollector(TimestepBuckets timesteps, List<Observation> observations) {
    this.timesteps = timesteps;
    this.observations = List.copyOf(observations);
    this.numbers = new float[observations.stream().mapToInt(Observation::length).max().orElse(0)];
    observations.forEach(
        observation ->
            observers.put(observation.value(), new ValueObserver(observation, timesteps.count())));
  }

  /** Where the outputs of a run are. */
  @FunctionalInterface
  public interface Outputs {
    /**
     * Copies an output.
     *
     * @param output its name
     * @param length how many numbers it has
     * @param target takes them from its start on; may be longer
     */
    void read(String output, int length, float[] target);
  }

  /**
   * Goes on where another calibration ended: the result is as if this one had seen all.
   *
   * @throws DoptException (BAD_INPUT) when that observed other values
   */
  public void resume(CalibrationTable earlier) {
    if (!earlier.timesteps().equals(timesteps)
        || !earlier.values().keySet().equals(observers.keySet())) {
      TreeSet<String> others = new TreeSet<>(observers.keySet());
      others.removeAll(earlier.values().keySet());
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "The unfinished calibration observed other values or timesteps"
              + (others.isEmpty() ? "" : ": it lacks " + others.first())
              + ". Start anew, without --resume.");
    }
    earlier.values().forEach((value, statistics) -> observers.get(value).resume(statistics));
  }

  /**
   * Adds one run.
   *
   * @throws DoptException (QUALITY) when a value is not finite, naming it
   */
  public void add(double timestep, Outputs outputs) {
    int bucket = timesteps.of(timestep);
    for (Observation observation : observations) {
      outputs.read(observation.output(), observation.length(), numbers);
      observers.get(observation.value()).add(bucket, numbers);
    }
  }

  /** The statistics so far, by value. */
  public SortedMap<String, ValueStatistics> statistics() {
    SortedMap<String, ValueStatistics> statistics = new TreeMap<>();
    for (Map.Entry<String, ValueObserver> observer : observers.entrySet()) {
      statistics.put(observer.getKey(), observer.getValue().statistics());
    }
    return Collections.unmodifiableSortedMap(statistics);
  }
}
