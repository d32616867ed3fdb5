package io.dopt.ir;

/**
 * A graph is not well formed: a defect of the builder or pass that made it, never of the user's
 * input. The message names the node.
 */
public final class IrException extends RuntimeException {
  public IrException(String message) {
    super(message);
  }

  public IrException(String message, Throwable cause) {
    super(message, cause);
  }
}
