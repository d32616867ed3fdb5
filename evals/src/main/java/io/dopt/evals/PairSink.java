package io.dopt.evals;

import io.dopt.evals.ImageSource.SourcedImage;
import io.dopt.evals.report.SampleResult;

/** Takes each pair of images as it is made; afterwards it is gone. */
interface PairSink {
  /** Keeps none. */
  PairSink NONE = (sample, candidate, reference) -> {};

  /**
   * A pair is made and measured.
   *
   * @param sample what was measured
   */
  void pair(SampleResult sample, SourcedImage candidate, SourcedImage reference);
}
