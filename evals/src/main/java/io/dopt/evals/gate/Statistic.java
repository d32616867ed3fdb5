package io.dopt.evals.gate;

import io.dopt.evals.statistics.Quantiles;
import java.util.List;
import org.apache.commons.math3.stat.StatUtils;

/** What a gate takes of many values. */
public enum Statistic {
  /** Arithmetic mean. */
  MEAN("mean") {
    @Override
    double of(double[] values) {
      return StatUtils.mean(values);
    }
  },
  /** 50th percentile. */
  MEDIAN("median") {
    @Override
    double of(double[] values) {
      return Quantiles.percentile(values, 50);
    }
  },
  /** 5th percentile. */
  P05("p05") {
    @Override
    double of(double[] values) {
      return Quantiles.percentile(values, 5);
    }
  },
  /** 50th percentile, as times have it. */
  P50("p50") {
    @Override
    double of(double[] values) {
      return Quantiles.percentile(values, 50);
    }
  },
  /** 95th percentile. */
  P95("p95") {
    @Override
    double of(double[] values) {
      return Quantiles.percentile(values, 95);
    }
  },
  /** 99th percentile. */
  P99("p99") {
    @Override
    double of(double[] values) {
      return Quantiles.percentile(values, 99);
    }
  },
  /** The smallest. */
  MINIMUM("min") {
    @Override
    double of(double[] values) {
      return StatUtils.min(values);
    }
  },
  /** The largest. */
  MAXIMUM("max") {
    @Override
    double of(double[] values) {
      return StatUtils.max(values);
    }
  };

  static final List<Statistic> OF_PAIRS = List.of(MEAN, MEDIAN, P05, P95, MINIMUM, MAXIMUM);
  static final List<Statistic> OF_TIMES = List.of(MEAN, P50, P95, P99);

  private final String text;

  Statistic(String text) {
    this.text = text;
  }

  /** As gates write it. */
  public String text() {
    return text;
  }

  /**
   * Whether it is the value of a single sample. The bootstrap says nothing about those, so they
   * have no interval.
   */
  public boolean isExtreme() {
    return this == MINIMUM || this == MAXIMUM;
  }

  /** The statistic of at least one value. */
  abstract double of(double[] values);
}
