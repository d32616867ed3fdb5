package io.dopt.evals;

import io.dopt.evals.report.SampleResult;

/** Told what an evaluation is doing, on its thread; every method does nothing unless overridden. */
public interface EvaluationListener {
  /** Ignores everything. */
  EvaluationListener SILENT = new EvaluationListener() {};

  /** Engines are loaded and warm; this many pairs follow. */
  default void samplingStarted(int samples) {}

  /** A pair is made and measured. */
  default void sampleFinished(SampleResult sample) {}

  /** A reference is run to be kept: this many samples follow. */
  default void referenceStarted(int samples) {}

  /** The reference made a sample to be kept. */
  default void referenceSampleFinished() {}

  /** The noise floor is measured: this many samples of the reference follow. */
  default void noiseFloorStarted(int samples) {}

  /** The reference made a sample once more. */
  default void noiseFloorSampleFinished() {}

  /** Something the user should know though it does not stop the evaluation: one sentence. */
  default void warning(String message) {}
}
