package io.dopt.evals.report;

import io.dopt.tensor.ErrorCode;

/** What a gate is about; it decides how a command ends when the gate fails. */
public enum GateKind {
  /** How good images are. */
  QUALITY(ErrorCode.QUALITY),
  /** How long they take. */
  SPEED(ErrorCode.SPEED);

  private final ErrorCode failure;

  GateKind(ErrorCode failure) {
    this.failure = failure;
  }

  /** How a command ends when such a gate fails. */
  public ErrorCode failure() {
    return failure;
  }
}
