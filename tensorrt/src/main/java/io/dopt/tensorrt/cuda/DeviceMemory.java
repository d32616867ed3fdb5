package io.dopt.tensorrt.cuda;

import java.util.concurrent.atomic.AtomicBoolean;

/** A block of a GPU's memory. */
public final class DeviceMemory implements AutoCloseable {
  private final CudaCalls calls;
  private final long address;
  private final long bytes;
  private final String purpose;
  private final AtomicBoolean closed = new AtomicBoolean();

  DeviceMemory(CudaCalls calls, long address, long bytes, String purpose) {
    this.calls = calls;
    this.address = address;
    this.bytes = bytes;
    this.purpose = purpose;
  }

  /** Where it begins. */
  public long address() {
    return address;
  }

  /** Its length. */
  public long bytes() {
    return bytes;
  }

  /** The address of a part of it. */
  long addressOf(long offset, long length) {
    if (closed.get() || offset < 0 || length < 0 || offset > bytes - length) {
      throw new IndexOutOfBoundsException(
          String.format(
              "%d bytes from %d of %s, which has %d%s",
              length, offset, purpose, bytes, closed.get() ? " and is closed" : ""));
    }
    return address + offset;
  }

  /** Frees it; waits for what the GPU still does with it. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      calls.require(calls.functions().cuMemFree_v2(address), "free " + purpose);
    }
  }
}
