package io.dopt.tensorrt.cuda;

import com.sun.jna.ptr.PointerByReference;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;

/** The bound functions, and what becomes of their results. */
record CudaCalls(CudaFunctions functions) {
  static final int SUCCESS = 0;

  /**
   * Passes a call that succeeded.
   *
   * @param result what it returned
   * @param doing what it was for, as in "could not ..."
   * @throws DoptException (ENGINE) with the error's name and what to do
   */
  void require(int result, String doing) {
    if (result != SUCCESS) {
      throw failure(result, doing);
    }
  }

  DoptException failure(int result, String doing) {
    return new DoptException(
        ErrorCode.ENGINE,
        CudaError.of(result)
            .map(
                error ->
                    String.format(
                        "CUDA could not %s: %s (%d): %s.",
                        doing, error.driverName(), result, error.advice()))
            .orElseGet(
                () -> String.format("CUDA could not %s: %s (%d).", doing, name(result), result)));
  }

  private String name(int result) {
    PointerByReference text = new PointerByReference();
    boolean known = functions.cuGetErrorName(result, text) == SUCCESS && text.getValue() != null;
    return known ? text.getValue().getString(0) : "an error that this driver does not know";
  }
}
