package io.dopt.evals.gate;

/** The unit of a gate's limit. */
public enum GateUnit {
  /** The metric's own. */
  NONE(""),
  /** Times the reference's value. */
  RATIO("x"),
  /** Milliseconds. */
  MILLISECONDS("ms"),
  /** Images per second. */
  PER_SECOND("/s");

  private final String text;

  GateUnit(String text) {
    this.text = text;
  }

  /** As gates write it. */
  public String text() {
    return text;
  }
}
