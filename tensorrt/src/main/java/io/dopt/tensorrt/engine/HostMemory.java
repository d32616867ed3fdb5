package io.dopt.tensorrt.engine;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A whole file in one block of native memory, of any size: a Java buffer ends at 2 GiB, and
 * TensorRT takes a plan as one block.
 */
final class HostMemory implements AutoCloseable {
  private static final int PIECE = 1 << 26;

  private final long bytes;
  private long address;

  private HostMemory(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * Reads a file.
   *
   * @param expectedBytes its length
   * @throws DoptException (ENGINE) when there is no memory for it; (IO) when it cannot be read;
   *     (BAD_INPUT) when it has another length
   */
  static HostMemory read(Path file, long expectedBytes) {
    long address = Native.malloc(expectedBytes);
    if (address == 0) {
      throw new DoptException(
          ErrorCode.ENGINE,
          String.format("There is no host memory for the %d bytes of %s.", expectedBytes, file));
    }
    HostMemory memory = new HostMemory(address, expectedBytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != expectedBytes || !memory.fill(channel)) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            String.format("%s changed while it was read; load it again.", file));
      }
      return memory;
    } catch (IOException e) {
      memory.close();
      throw new DoptException(ErrorCode.IO, file + " cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private boolean fill(FileChannel channel) throws IOException {
    Pointer start = new Pointer(address);
    for (long offset = 0; offset < bytes; ) {
      int length = (int) Math.min(PIECE, bytes - offset);
      ByteBuffer piece = start.getByteBuffer(offset, length);
      while (piece.hasRemaining()) {
        if (channel.read(piece) < 0) {
          return false;
        }
      }
      offset += length;
    }
    return true;
  }

  long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (address != 0) {
      Native.free(address);
      address = 0;
    }
  }
}
