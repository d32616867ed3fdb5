package io.dopt.evals.gate;

import io.dopt.evals.report.GateKind;

/** What a gate holds against its limit. */
public sealed interface GateSubject {

  /** What it is about. */
  GateKind kind();

  /** Whether more is better, so that the limit is a floor; else it is a ceiling. */
  boolean higherIsBetter();

  /** As gates write it, in the manner of {@code psnr.p05}. */
  String text();

  /**
   * A statistic over the pairs' values of a metric.
   *
   * @param metric name of the metric
   * @param statistic over all pairs
   */
  record PairStatistic(String metric, boolean higherIsBetter, Statistic statistic)
      implements GateSubject {
    @Override
    public GateKind kind() {
      return GateKind.QUALITY;
    }

    @Override
    public String text() {
      return metric + "." + statistic.text();
    }
  }

  /**
   * The mean, over all pairs, of the candidate's score minus the reference's.
   *
   * @param score name of the score
   */
  record ScoreDelta(String score, boolean higherIsBetter) implements GateSubject {
    static final String STATISTIC = "delta";

    @Override
    public GateKind kind() {
      return GateKind.QUALITY;
    }

    @Override
    public String text() {
      return score + "." + STATISTIC;
    }
  }

  /**
   * By how much the mean of a metric or score is worse than in the baseline; negative when it is
   * better.
   *
   * @param measure name of the metric or score
   */
  record Regression(String measure) implements GateSubject {
    static final String STATISTIC = "regression";

    @Override
    public GateKind kind() {
      return GateKind.QUALITY;
    }

    @Override
    public boolean higherIsBetter() {
      return false;
    }

    @Override
    public String text() {
      return measure + "." + STATISTIC;
    }
  }

  /**
   * A statistic over the times of whole images.
   *
   * @param statistic over all images of a side
   */
  record Latency(Statistic statistic) implements GateSubject {
    static final String NAME = "latency";

    @Override
    public GateKind kind() {
      return GateKind.SPEED;
    }

    @Override
    public boolean higherIsBetter() {
      return false;
    }

    @Override
    public String text() {
      return NAME + "." + statistic.text();
    }
  }

  /** Images over the sum of their times. */
  record Throughput() implements GateSubject {
    static final String NAME = "throughput";

    @Override
    public GateKind kind() {
      return GateKind.SPEED;
    }

    @Override
    public boolean higherIsBetter() {
      return true;
    }

    @Override
    public String text() {
      return NAME;
    }
  }
}
