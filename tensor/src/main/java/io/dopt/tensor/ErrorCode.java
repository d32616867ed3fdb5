package io.dopt.tensor;

/**
 * Why dopt refused; each code is also the exit code of the command line ({@code
 * docs/exit-codes.md}).
 */
public enum ErrorCode {
  /** A defect in dopt itself. */
  INTERNAL(1),
  /** The command line is wrong: unknown option, bad value, missing argument. */
  USAGE(2),
  /** An input file is malformed, truncated, hostile or does not fit its own configuration. */
  BAD_INPUT(3),
  /**
   * The input is well formed but asks for something dopt does not honour: a config key, a class, an
   * operator.
   */
  UNSUPPORTED(4),
  /**
   * Reading or writing failed: a missing file, a full disk, missing permission, an output that
   * already exists.
   */
  IO(5),
  /** The engine refused to build or run. */
  ENGINE(6),
  /** The result is worse than the quality gate allows, or degenerate (NaN, constant image). */
  QUALITY(10),
  /** The result is slower than the speed gate allows. */
  SPEED(11),
  /** The samples do not decide the gate. */
  INCONCLUSIVE(12),
  /** The user interrupted the command. */
  INTERRUPTED(130);

  private final int exitCode;

  ErrorCode(int exitCode) {
    this.exitCode = exitCode;
  }

  /** The process exit code, 1 to 130. */
  public int exitCode() {
    return exitCode;
  }
}
