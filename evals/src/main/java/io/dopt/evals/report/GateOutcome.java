package io.dopt.evals.report;

/** What samples say of a gate. */
public enum GateOutcome {
  /** The whole interval is on the good side of the limit. */
  PASS,
  /** The whole interval is on the bad side of the limit. */
  FAIL,
  /** The limit lies within the interval, or there is none. */
  INCONCLUSIVE,
  /** There is nothing to judge: no sample has a value. */
  UNSUPPORTED
}
