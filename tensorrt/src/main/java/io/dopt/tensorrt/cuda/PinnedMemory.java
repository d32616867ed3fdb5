package io.dopt.tensorrt.cuda;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;

/**
 * Host memory that the GPU copies from and to without a detour. It is Java's own direct memory,
 * registered with the driver: a buffer that outlives this stays valid memory, just slower to copy.
 */
public final class PinnedMemory implements AutoCloseable {
  /** Registered ranges do not share a page. */
  static final int PAGE = 4096;

  /** What one buffer holds: whole pages, and one more to begin on a page. */
  static final int MOST = (Integer.MAX_VALUE / PAGE - 1) * PAGE;

  private static final int PORTABLE = 1;

  private final CudaCalls calls;
  private final ByteBuffer buffer;
  private final Pointer address;
  private final String purpose;
  private final AtomicBoolean closed = new AtomicBoolean();

  private PinnedMemory(CudaCalls calls, ByteBuffer buffer, Pointer address, String purpose) {
    this.calls = calls;
    this.buffer = buffer;
    this.address = address;
    this.purpose = purpose;
  }

  static PinnedMemory allocate(CudaCalls calls, int bytes, String purpose) {
    ByteBuffer pages = pages(bytes, purpose, ByteBuffer::allocateDirect);
    Pointer address = Native.getDirectBufferPointer(pages);
    calls.require(
        calls.functions().cuMemHostRegister_v2(address, pages.capacity(), PORTABLE),
        "pin " + bytes + " bytes of host memory for " + purpose);
    // A slice keeps the whole allocation alive, so that the address stays good.
    ByteBuffer buffer = pages.slice(0, bytes).order(ByteOrder.nativeOrder());
    return new PinnedMemory(calls, buffer, address, purpose);
  }

  /**
   * Zeroed whole pages for so many bytes, beginning on a page.
   *
   * @throws DoptException (UNSUPPORTED) for more than {@link #MOST}; (ENGINE) when Java has no such
   *     memory left
   */
  static ByteBuffer pages(int bytes, String purpose, IntFunction<ByteBuffer> allocator) {
    if (bytes > MOST) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              "%d bytes of host memory for %s are more than one buffer holds, %d. Use a smaller"
                  + " batch or size, or fewer steps.",
              bytes, purpose, MOST));
    }
    int rounded = (int) (Math.max(1, (bytes + PAGE - 1L) / PAGE) * PAGE);
    try {
      return allocator.apply(rounded + PAGE).alignedSlice(PAGE).slice(0, rounded);
    } catch (OutOfMemoryError e) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format(
              "There is no host memory for %s: %d bytes outside the Java heap (%s). Start Java with"
                  + " a larger -XX:MaxDirectMemorySize (else it is that of -Xmx), or use a smaller"
                  + " batch or size, or fewer steps.",
              purpose, bytes, e.getMessage()),
          e);
    }
  }

  /** The memory, in native byte order. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** Where a part of it lies. */
  Pointer addressOf(long offset, long length) {
    if (closed.get() || offset < 0 || length < 0 || offset > buffer.capacity() - length) {
      throw new IndexOutOfBoundsException(
          String.format(
              "%d bytes from %d of %s, which has %d%s",
              length, offset, purpose, buffer.capacity(), closed.get() ? " and is closed" : ""));
    }
    return address.share(offset);
  }

  /** Ends the registration. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      calls.require(calls.functions().cuMemHostUnregister(address), "unpin " + purpose);
    }
  }
}
