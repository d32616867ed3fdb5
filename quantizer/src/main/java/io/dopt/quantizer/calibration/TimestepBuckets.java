package io.dopt.quantizer.calibration;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Stretches of timesteps. The activations of a denoiser drift while noise becomes an image, so
 * their statistics are kept apart for each stretch.
 *
 * @param bounds ascending, one more than there are buckets: bucket {@code i} holds the timesteps
 *     from {@code bounds[i]} on, below {@code bounds[i + 1]}; the outer ones hold all beyond too
 */
public record TimestepBuckets(List<Double> bounds) {
  /** Keeps its own copy. */
  public TimestepBuckets {
    bounds = List.copyOf(bounds);
    if (bounds.size() < 2) {
      throw new IllegalArgumentException("fewer than two bounds: " + bounds);
    }
    for (int i = 1; i < bounds.size(); i++) {
      if (!(bounds.get(i - 1) < bounds.get(i))) {
        throw new IllegalArgumentException("the bounds do not ascend: " + bounds);
      }
    }
  }

  /**
   * Buckets of equal length from 0.
   *
   * @param end timesteps the denoiser was trained with, usually 1000
   */
  public static TimestepBuckets uniform(int end, int count) {
    return new TimestepBuckets(
        IntStream.rangeClosed(0, count).mapToObj(i -> (double) end * i / count).toList());
  }

  /** Number of buckets. */
  public int count() {
    return bounds.size() - 1;
  }

  /** The bucket of a timestep. */
  public int of(double timestep) {
    int bucket = 0;
    while (bucket < count() - 1 && timestep >= bounds.get(bucket + 1)) {
      bucket++;
    }
    return bucket;
  }

  /** {@code 100-200}. */
  public String text(int bucket) {
    return number(bounds.get(bucket)) + "-" + number(bounds.get(bucket + 1));
  }

  private static String number(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
