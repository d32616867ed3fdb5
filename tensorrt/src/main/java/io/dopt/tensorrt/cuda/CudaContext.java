package io.dopt.tensorrt.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Locale;

/**
 * A GPU in use: what is allocated on it. A context belongs to a thread while it is current: every
 * thread that calls CUDA or TensorRT calls {@link #makeCurrent} first. Closing it gives the GPU
 * back when no one else has it; what was allocated is closed before.
 */
public final class CudaContext implements AutoCloseable {
  private static final int STREAM_NON_BLOCKING = 1;
  private static final int EVENT_DEFAULT = 0;

  private final CudaCalls calls;
  private final CudaDevice device;
  private final int handle;
  private final Pointer context;

  CudaContext(CudaCalls calls, CudaDevice device, int handle, Pointer context) {
    this.calls = calls;
    this.device = device;
    this.handle = handle;
    this.context = context;
  }

  /** The GPU. */
  public CudaDevice device() {
    return device;
  }

  /** Makes it the calling thread's context; cheap. */
  public void makeCurrent() {
    calls.require(
        calls.functions().cuCtxSetCurrent(context), "use the GPU " + device.name() + " here");
  }

  /** Free and total memory now. */
  public MemoryState memory() {
    LongByReference free = new LongByReference();
    LongByReference total = new LongByReference();
    calls.require(calls.functions().cuMemGetInfo_v2(free, total), "tell the free memory");
    return new MemoryState(free.getValue(), total.getValue());
  }

  /**
   * Allocates memory on the GPU, aligned to 256 bytes or more; its content is not said.
   *
   * @param bytes 1 or more
   * @param purpose for messages, e.g. {@code the scratch memory of unet}
   * @throws DoptException (ENGINE) when there is not enough, with what is needed and what is free
   */
  public DeviceMemory allocate(long bytes, String purpose) {
    LongByReference address = new LongByReference();
    int result = calls.functions().cuMemAlloc_v2(address, bytes);
    if (result == CudaError.OUT_OF_MEMORY.code()) {
      throw outOfMemory(bytes, purpose, memory());
    }
    calls.require(result, "allocate " + bytes + " bytes for " + purpose);
    return new DeviceMemory(calls, address.getValue(), bytes, purpose);
  }

  static DoptException outOfMemory(long bytes, String purpose, MemoryState memory) {
    return new DoptException(
        ErrorCode.ENGINE,
        String.format(
            Locale.ROOT,
            "The GPU has no memory for %s: it takes %,d bytes, of %,d bytes %,d are free (and may be"
                + " in pieces). End other processes on it ('nvidia-smi' shows them), or use a"
                + " smaller batch or size.",
            purpose,
            bytes,
            memory.totalBytes(),
            memory.freeBytes()));
  }

  /**
   * Allocates host memory that the GPU copies from and to directly.
   *
   * @param bytes less than 2 GiB
   * @param purpose for messages
   */
  public PinnedMemory pin(int bytes, String purpose) {
    return PinnedMemory.allocate(calls, bytes, purpose);
  }

  /** A queue of work that waits for no other. */
  public CudaStream stream() {
    PointerByReference stream = new PointerByReference();
    calls.require(calls.functions().cuStreamCreate(stream, STREAM_NON_BLOCKING), "make a stream");
    return new CudaStream(calls, stream.getValue());
  }

  /** A mark in a stream, with its time. */
  public CudaEvent event() {
    PointerByReference event = new PointerByReference();
    calls.require(calls.functions().cuEventCreate(event, EVENT_DEFAULT), "make an event");
    return new CudaEvent(calls, event.getValue());
  }

  @Override
  public void close() {
    calls.require(calls.functions().cuDevicePrimaryCtxRelease_v2(handle), "give the GPU back");
  }
}
