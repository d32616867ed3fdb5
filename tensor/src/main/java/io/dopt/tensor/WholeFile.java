package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes single files that appear whole or not at all: under another name first, beside the target,
 * which is then replaced in one move.
 */
public final class WholeFile {
  private WholeFile() {}

  /** Pours the content of a file. */
  public interface Content {
    /** Writes everything to {@code sink}. */
    void writeTo(TensorSink sink) throws IOException;
  }

  /**
   * Writes {@code target}, replacing a file that is there.
   *
   * @param bytes size of the content, for the message when it does not fit; 0 when unknown
   * @throws DoptException (IO) when writing fails; and whatever the content throws
   */
  public static void write(Path target, long bytes, Content content) {
    Path absolute = target.toAbsolutePath();
    Path partial =
        absolute.resolveSibling(
            "." + absolute.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(chunk -> writeFully(channel, chunk));
      }
      Files.move(partial, absolute, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw WriteFailure.of(target, bytes, e);
    } finally {
      deleteQuietly(partial);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** After a success there is nothing to delete; after a failure that error is the one to show. */
  private static void deleteQuietly(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      // Kept: the error that led here says more, and the leftover is named after the target.
    }
  }
}
