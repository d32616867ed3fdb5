package io.dopt.tensorrt.cuda;

import com.sun.jna.Pointer;
import java.util.concurrent.atomic.AtomicBoolean;

/** Recorded work that is queued with a single call, with the addresses it was recorded with. */
public final class CudaGraph implements AutoCloseable {
  private final CudaCalls calls;
  private final Pointer handle;
  private final AtomicBoolean closed = new AtomicBoolean();

  CudaGraph(CudaCalls calls, Pointer handle) {
    this.calls = calls;
    this.handle = handle;
  }

  Pointer handle() {
    return handle;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      calls.require(calls.functions().cuGraphExecDestroy(handle), "close a graph");
    }
  }
}
