package io.dopt.tensorrt.engine;

import io.dopt.tensorrt.cuda.CudaContext;
import io.dopt.tensorrt.cuda.DeviceMemory;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Memory in which one run at a time computes. Calls share it; who runs holds its lock, from the
 * first thing queued until all is done.
 */
final class ScratchMemory implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final long bytes;
  private Optional<DeviceMemory> memory = Optional.empty();

  /**
   * @param bytes 0 for plans that need none
   */
  ScratchMemory(long bytes) {
    this.bytes = bytes;
  }

  ReentrantLock lock() {
    return lock;
  }

  /** What {@link #memory} would allocate now. */
  long missingBytes() {
    return memory.isPresent() ? 0 : bytes;
  }

  /** The memory, allocated at the first time; by one thread at a time. */
  DeviceMemory memory(CudaContext context, String purpose) {
    if (memory.isEmpty()) {
      memory = Optional.of(context.allocate(Math.max(StagedMemory.LEAST, bytes), purpose));
    }
    return memory.get();
  }

  @Override
  public void close() {
    memory.ifPresent(DeviceMemory::close);
    memory = Optional.empty();
  }
}
