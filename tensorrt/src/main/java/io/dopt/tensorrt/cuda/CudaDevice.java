package io.dopt.tensorrt.cuda;

import com.sun.jna.ptr.PointerByReference;

/** A GPU as the driver describes it. */
public final class CudaDevice {
  private final CudaCalls calls;
  private final int handle;
  private final String name;
  private final int major;
  private final int minor;
  private final long memoryBytes;

  CudaDevice(CudaCalls calls, int handle, String name, int major, int minor, long memoryBytes) {
    this.calls = calls;
    this.handle = handle;
    this.name = name;
    this.major = major;
    this.minor = minor;
    this.memoryBytes = memoryBytes;
  }

  /** E.g. {@code NVIDIA H200}. */
  public String name() {
    return name;
  }

  /** E.g. {@code 9.0}. */
  public String computeCapability() {
    return major + "." + minor;
  }

  /** All its memory, used or not. */
  public long memoryBytes() {
    return memoryBytes;
  }

  /**
   * Retains the GPU's primary context, which is also the one that TensorRT works in.
   *
   * @throws io.dopt.tensor.DoptException (ENGINE) when the GPU cannot be used
   */
  public CudaContext retain() {
    PointerByReference context = new PointerByReference();
    calls.require(
        calls.functions().cuDevicePrimaryCtxRetain(context, handle), "use the GPU " + name);
    return new CudaContext(calls, this, handle, context.getValue());
  }
}
