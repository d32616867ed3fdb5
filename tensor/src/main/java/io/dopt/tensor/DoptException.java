package io.dopt.tensor;

/**
 * An error meant for the user: its message says what is wrong, where (file, tensor, config key) and
 * what to do. The command line prints the message as one paragraph without a stack trace and exits
 * with {@link ErrorCode#exitCode()}.
 */
public final class DoptException extends RuntimeException {
  private final ErrorCode code;

  /**
   * @param code the kind of failure
   * @param message one paragraph: what, where, what to do
   */
  public DoptException(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * @param code the kind of failure
   * @param message one paragraph: what, where, what to do
   * @param cause what was caught, kept for {@code --verbose}
   */
  public DoptException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** The kind of failure. */
  public ErrorCode code() {
    return code;
  }
}
