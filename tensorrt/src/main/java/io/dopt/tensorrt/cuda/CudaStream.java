package io.dopt.tensorrt.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A queue of work for the GPU. All but {@link #await} return as soon as the work is queued; errors
 * of the work itself show in a later call.
 */
public final class CudaStream implements AutoCloseable {
  /** Other threads may allocate while this one records ({@code CUstreamCaptureMode}). */
  private static final int CAPTURE_THREAD_LOCAL = 1;

  private final CudaCalls calls;
  private final Pointer handle;
  private final AtomicBoolean closed = new AtomicBoolean();

  CudaStream(CudaCalls calls, Pointer handle) {
    this.calls = calls;
    this.handle = handle;
  }

  /** The {@code CUstream}, which TensorRT takes as its {@code cudaStream_t}. */
  public long handle() {
    return Pointer.nativeValue(handle);
  }

  /** Queues a copy of the first bytes of pinned memory to the start of the GPU's. */
  public void upload(DeviceMemory to, PinnedMemory from, long bytes) {
    calls.require(
        calls
            .functions()
            .cuMemcpyHtoDAsync_v2(to.addressOf(0, bytes), from.addressOf(0, bytes), bytes, handle),
        "copy " + bytes + " bytes to the GPU");
  }

  /** Queues a copy of the start of the GPU's memory to that of pinned memory. */
  public void download(PinnedMemory to, DeviceMemory from, long bytes) {
    calls.require(
        calls
            .functions()
            .cuMemcpyDtoHAsync_v2(to.addressOf(0, bytes), from.addressOf(0, bytes), bytes, handle),
        "copy " + bytes + " bytes from the GPU");
  }

  /** Queues a copy within the GPU. */
  public void copy(DeviceMemory to, long toOffset, DeviceMemory from, long fromOffset, long bytes) {
    calls.require(
        calls
            .functions()
            .cuMemcpyDtoDAsync_v2(
                to.addressOf(toOffset, bytes), from.addressOf(fromOffset, bytes), bytes, handle),
        "copy " + bytes + " bytes on the GPU");
  }

  /** Queues zeroing. */
  public void zero(DeviceMemory memory, long offset, long bytes) {
    calls.require(
        calls.functions().cuMemsetD8Async(memory.addressOf(offset, bytes), (byte) 0, bytes, handle),
        "zero " + bytes + " bytes on the GPU");
  }

  /** Queues an event. */
  public void record(CudaEvent event) {
    calls.require(calls.functions().cuEventRecord(event.handle(), handle), "record an event");
  }

  /** Waits until all that was queued is done. */
  public void await() {
    calls.require(calls.functions().cuStreamSynchronize(handle), "finish the work on the GPU");
  }

  /**
   * Records what is queued into this stream meanwhile, and queues nothing.
   *
   * @param work queues it; may throw, in which case the recording is given up
   * @throws io.dopt.tensor.DoptException (ENGINE) when the work cannot be recorded; the stream can
   *     be used as before
   */
  public CudaGraph capture(Runnable work) {
    calls.require(
        calls.functions().cuStreamBeginCapture_v2(handle, CAPTURE_THREAD_LOCAL), "record a graph");
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      abandonCapture();
      throw e;
    }
    PointerByReference graph = new PointerByReference();
    calls.require(calls.functions().cuStreamEndCapture(handle, graph), "record a graph");
    try {
      PointerByReference executable = new PointerByReference();
      calls.require(
          calls.functions().cuGraphInstantiateWithFlags(executable, graph.getValue(), 0),
          "prepare a graph");
      return new CudaGraph(calls, executable.getValue());
    } finally {
      calls.require(calls.functions().cuGraphDestroy(graph.getValue()), "close a graph");
    }
  }

  /** Leaves the recording state; that it fails is expected, and told by who recorded. */
  private void abandonCapture() {
    PointerByReference graph = new PointerByReference();
    int result = calls.functions().cuStreamEndCapture(handle, graph);
    if (result == CudaCalls.SUCCESS && graph.getValue() != null) {
      calls.require(calls.functions().cuGraphDestroy(graph.getValue()), "close a graph");
    }
  }

  /** Queues a recorded graph. */
  public void launch(CudaGraph graph) {
    calls.require(calls.functions().cuGraphLaunch(graph.handle(), handle), "launch a graph");
  }

  /** Closes it when its work is done. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      calls.require(calls.functions().cuStreamDestroy_v2(handle), "close a stream");
    }
  }
}
