package io.dopt.tensor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A file that tensors are slices of, whatever its format. Slices are read at their positions
 * through a few reused direct buffers rather than mapped: as fast from the page cache, a few MiB
 * resident however large the file is, and a file that shrinks meanwhile is an exception instead of
 * a fault of the JVM. Thread-safe.
 */
public final class TensorFile implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final String identity;
  private final ConcurrentLinkedQueue<ByteBuffer> idleBuffers = new ConcurrentLinkedQueue<>();

  private TensorFile(Path path, FileChannel channel, long size, String identity) {
    this.path = path;
    this.channel = channel;
    this.size = size;
    this.identity = identity;
  }

  /**
   * Opens {@code path} for reading.
   *
   * @throws DoptException (IO) when it is missing, a directory or not readable
   */
  public static TensorFile open(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new DoptException(
            ErrorCode.IO, path + " is not a regular file. Name the weight file itself.");
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new TensorFile(path, channel, attributes.size(), identity(path, attributes));
    } catch (NoSuchFileException e) {
      throw new DoptException(ErrorCode.IO, path + " does not exist.", e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, path + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /**
   * What stands for the file in the fingerprints of its tensors: where it is, its size and when it
   * was changed. Whoever knows the file's hash can put that in its place, to compare fingerprints
   * across machines.
   *
   * @throws IOException when the file is not there
   */
  public static String identity(Path path) throws IOException {
    return identity(path, Files.readAttributes(path, BasicFileAttributes.class));
  }

  private static String identity(Path path, BasicFileAttributes attributes) throws IOException {
    return path.toRealPath()
        + "|"
        + attributes.fileKey()
        + "|"
        + attributes.size()
        + "|"
        + attributes.lastModifiedTime().toInstant();
  }

  /** The path it was opened by. */
  public Path path() {
    return path;
  }

  /** Bytes in the file when it was opened. */
  public long size() {
    return size;
  }

  /**
   * Fills {@code target} from the file, starting at {@code position}.
   *
   * @param what what is being read, for the message of an error
   * @throws DoptException (BAD_INPUT) when the file ends before {@code target} is full; (IO) when
   *     reading fails
   */
  public void readFully(long position, ByteBuffer target, String what) {
    try {
      long next = position;
      while (target.hasRemaining()) {
        int read = channel.read(target, next);
        if (read < 0) {
          throw new EOFException("it ends at byte " + next);
        }
        next += read;
      }
    } catch (EOFException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          path + ": " + what + " is cut off, " + e.getMessage() + ". Download the file again.",
          e);
    } catch (ClosedByInterruptException e) {
      throw new DoptException(ErrorCode.INTERRUPTED, "Interrupted while reading " + path + ".", e);
    } catch (IOException e) {
      throw new DoptException(
          ErrorCode.IO, path + ": " + what + " cannot be read: " + reason(e), e);
    }
  }

  /**
   * The tensor whose row-major, little-endian elements start at {@code offset}.
   *
   * @param name the tensor's name, for the message of an error
   * @throws DoptException (BAD_INPUT) when it does not lie within the file
   */
  public LazyTensor tensor(String name, ElementType elementType, List<Long> shape, long offset) {
    Slice slice = new Slice(name, elementType, List.copyOf(shape), offset);
    long bytes = slice.byteSize();
    if (offset < 0 || bytes > size - offset) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s: tensor %s takes %d bytes from byte %d on, but the file has only %d bytes."
                  + " Download the file again.",
              path, name, bytes, offset, size));
    }
    return slice;
  }

  /** Closes the file; its tensors can no longer be read. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, path + " cannot be closed: " + reason(e), e);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void pour(long offset, long bytes, String what, TensorSink sink) throws IOException {
    ByteBuffer buffer = idleBuffers.poll();
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, size));
    }
    try {
      for (long done = 0; done < bytes; done += buffer.capacity()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), bytes - done));
        readFully(offset + done, buffer, what);
        sink.accept(buffer.flip().order(ByteOrder.LITTLE_ENDIAN));
      }
    } finally {
      idleBuffers.add(buffer);
    }
  }

  /** A tensor that lies contiguously in the file; knows how to narrow itself without reading. */
  final class Slice implements LazyTensor {
    private final String name;
    private final ElementType elementType;
    private final List<Long> shape;
    private final long offset;

    Slice(String name, ElementType elementType, List<Long> shape, long offset) {
      this.name = name;
      this.elementType = elementType;
      this.shape = shape;
      this.offset = offset;
    }

    @Override
    public ElementType elementType() {
      return elementType;
    }

    @Override
    public List<Long> shape() {
      return shape;
    }

    @Override
    public String fingerprint() {
      return "file(" + identity + "|" + offset + "|" + elementType.text() + shape + ")";
    }

    @Override
    public void writeTo(TensorSink sink) throws IOException {
      pour(offset, byteSize(), "tensor " + name, sink);
    }

    /** The same bytes, or a contiguous part of them, under another shape. */
    Slice part(long elementOffset, List<Long> partShape) {
      long skipped = elementType.byteSize(elementOffset);
      return new Slice(name, elementType, List.copyOf(partShape), offset + skipped);
    }

    @Override
    public String toString() {
      return name + " " + elementType.text() + shape + " in " + path;
    }
  }
}
