package io.dopt.tensorrt.library;

import com.sun.jna.Pointer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Native memory as a file, in pieces: plans outgrow what one Java buffer can view. */
public final class NativeMemoryFile {
  private static final int PIECE_BYTES = 1 << 26;

  private NativeMemoryFile() {}

  /**
   * Writes {@code bytes} bytes from {@code address} on to a file, in place of one that is there.
   *
   * @throws DoptException (IO) when that fails; nothing is left then
   */
  public static void write(long address, long bytes, Path file) {
    write(address, bytes, file, PIECE_BYTES);
  }

  static void write(long address, long bytes, Path file, int pieceBytes) {
    Pointer start = new Pointer(address);
    try {
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        for (long offset = 0; offset < bytes; offset += pieceBytes) {
          ByteBuffer piece = start.getByteBuffer(offset, Math.min(pieceBytes, bytes - offset));
          while (piece.hasRemaining()) {
            channel.write(piece);
          }
        }
      } catch (IOException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    } catch (IOException e) {
      throw WriteFailure.of(file, bytes, e);
    }
  }
}
