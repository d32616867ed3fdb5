package io.dopt.tensorrt.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.FloatByReference;
import java.util.concurrent.atomic.AtomicBoolean;

/** A mark in a stream: {@link CudaStream#record} sets it, once more each time. */
public final class CudaEvent implements AutoCloseable {
  private final CudaCalls calls;
  private final Pointer handle;
  private final AtomicBoolean closed = new AtomicBoolean();

  CudaEvent(CudaCalls calls, Pointer handle) {
    this.calls = calls;
    this.handle = handle;
  }

  Pointer handle() {
    return handle;
  }

  /** Waits until the GPU has passed it; at once when it was never recorded. */
  public void await() {
    calls.require(calls.functions().cuEventSynchronize(handle), "finish the work on the GPU");
  }

  /** The time between two events that the GPU has passed, in milliseconds. */
  public double millisecondsSince(CudaEvent start) {
    FloatByReference milliseconds = new FloatByReference();
    calls.require(
        calls.functions().cuEventElapsedTime(milliseconds, start.handle, handle),
        "tell the time between two events");
    return milliseconds.getValue();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      calls.require(calls.functions().cuEventDestroy_v2(handle), "close an event");
    }
  }
}
