package io.dopt.tensorrt.engine;

import io.dopt.tensorrt.cuda.CudaContext;
import io.dopt.tensorrt.cuda.CudaStream;
import io.dopt.tensorrt.cuda.DeviceMemory;
import io.dopt.tensorrt.cuda.PinnedMemory;

/**
 * Memory on the GPU and as much pinned memory on the host to fill or read it through.
 *
 * @param bytes of content; the GPU's memory is never empty
 */
record StagedMemory(PinnedMemory host, DeviceMemory device, int bytes) {
  /** What an empty tensor takes: TensorRT wants an address for it too. */
  static final int LEAST = 256;

  /**
   * Allocates both.
   *
   * @param resources what closes them
   */
  static StagedMemory allocate(
      CudaContext context, Resources resources, int bytes, String purpose) {
    PinnedMemory host = context.pin(bytes, purpose);
    resources.onClose(host::close);
    DeviceMemory device = context.allocate(Math.max(LEAST, bytes), purpose);
    resources.onClose(device::close);
    return new StagedMemory(host, device, bytes);
  }

  /** Queues a copy of all of it to the GPU. */
  void upload(CudaStream stream) {
    if (bytes > 0) {
      stream.upload(device, host, bytes);
    }
  }

  /** Queues a copy of its first bytes to the host. */
  void download(CudaStream stream, long count) {
    if (count > 0) {
      stream.download(host, device, count);
    }
  }
}
