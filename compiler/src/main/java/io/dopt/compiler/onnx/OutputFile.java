package io.dopt.compiler.onnx;

import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.WriteFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Locale;

/** A new file of a bundle, written front to back and hashed on the way. */
public final class OutputFile implements AutoCloseable {
  private static final int COPY_BYTES = 1 << 20;

  private final FileChannel channel;
  private final MessageDigest digest;
  private long position;

  private OutputFile(FileChannel channel, MessageDigest digest) {
    this.channel = channel;
    this.digest = digest;
  }

  static OutputFile create(Path file) throws IOException {
    return new OutputFile(
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        Sha256.newDigest());
  }

  /**
   * Writes a whole small file.
   *
   * @return its size and hash
   * @throws DoptException (IO) when the disk is full or writing fails
   */
  public static FileEntry write(Path file, byte[] content) {
    requireSpace(file, content.length);
    try (OutputFile output = create(file)) {
      output.write(ByteBuffer.wrap(content));
      return output.finish();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /**
   * Writes a copy of a file, whatever its size.
   *
   * @return its size and hash
   * @throws DoptException (IO) when it cannot be read, the disk is full or writing fails
   */
  public static FileEntry copy(Path source, Path file) {
    try (FileChannel input = FileChannel.open(source, StandardOpenOption.READ)) {
      requireSpace(file, input.size());
      try (OutputFile output = create(file)) {
        ByteBuffer chunk = ByteBuffer.allocateDirect(COPY_BYTES);
        while (input.read(chunk.clear()) >= 0) {
          output.write(chunk.flip());
        }
        return output.finish();
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  void write(ByteBuffer chunk) throws IOException {
    position += chunk.remaining();
    digest.update(chunk.duplicate());
    while (chunk.hasRemaining()) {
      channel.write(chunk);
    }
  }

  long position() {
    return position;
  }

  FileEntry finish() {
    return new FileEntry(position, Sha256.hex(digest));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * Refuses early what cannot fit.
   *
   * @param file where {@code bytes} are about to be written; its folder exists
   * @throws DoptException (IO) when the file system has less room
   */
  static void requireSpace(Path file, long bytes) {
    try {
      long usable = Files.getFileStore(file.getParent()).getUsableSpace();
      if (usable < bytes) {
        throw new DoptException(
            ErrorCode.IO,
            String.format(
                Locale.ROOT,
                "The disk is too full for %s: it takes %,d bytes and %,d are free. Free some"
                    + " space, or compile to another disk.",
                shown(file),
                bytes,
                usable));
      }
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  static DoptException failed(Path file, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      return new DoptException(
          ErrorCode.INTERRUPTED, "Interrupted while writing " + shown(file) + ".", e);
    }
    return WriteFailure.of(shown(file), 0, e);
  }

  /** The file's place in the bundle: until the bundle appears, its folder has another name. */
  private static Path shown(Path file) {
    int names = file.getNameCount();
    return file.subpath(Math.max(0, names - 2), names);
  }
}
