package io.dopt.tensorrt.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Native memory as a file, in pieces: plans outgrow what one Java buffer can view. */
final class HostMemoryFile {
  private static final long PIECE_BYTES = 1L << 30;

  private HostMemoryFile() {}

  /** Writes {@code bytes} bytes from {@code memory} on to a new file. */
  static void write(Pointer memory, long bytes, Path file) throws IOException {
    write(memory, bytes, file, PIECE_BYTES);
  }

  static void write(Pointer memory, long bytes, Path file, long pieceBytes) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long start = 0; start < bytes; start += pieceBytes) {
        long end = Math.min(bytes, start + pieceBytes);
        ByteBuffer piece =
            new BytePointer(memory).capacity(bytes).position(start).limit(end).asByteBuffer();
        while (piece.hasRemaining()) {
          out.write(piece);
        }
      }
    }
  }
}
