package io.dopt.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors file (format: README of huggingface/safetensors): 8 bytes of little-endian header
 * length, a JSON header, the tensors' data. Opening it validates the whole header; data is read
 * only when a tensor is. Thread-safe.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final int LENGTH_BYTES = 8;

  /** As the reference implementation. */
  private static final long MAXIMUM_HEADER_BYTES = 100_000_000;

  private final TensorFile file;
  private final Map<String, String> metadata;
  private final Map<String, LazyTensor> tensors;

  private SafetensorsFile(
      TensorFile file, Map<String, String> metadata, Map<String, LazyTensor> tensors) {
    this.file = file;
    this.metadata = metadata;
    this.tensors = tensors;
  }

  /**
   * Opens the file and validates its header.
   *
   * @throws DoptException (IO) when it cannot be read; (BAD_INPUT) when the header is malformed,
   *     naming the file and the tensor
   */
  public static SafetensorsFile open(Path path) {
    TensorFile file = TensorFile.open(path);
    try {
      long headerBytes = headerBytes(file);
      long dataStart = LENGTH_BYTES + headerBytes;
      SafetensorsHeader header;
      try (Reader json = headerReader(file, headerBytes)) {
        header = SafetensorsHeader.parse(path, json, file.size() - dataStart);
      }
      Map<String, LazyTensor> tensors = new LinkedHashMap<>();
      for (SafetensorsHeader.Entry entry : header.entries()) {
        long offset = dataStart + entry.begin();
        tensors.put(
            entry.name(), file.tensor(entry.name(), entry.elementType(), entry.shape(), offset));
      }
      return new SafetensorsFile(
          file,
          Collections.unmodifiableMap(header.metadata()),
          Collections.unmodifiableMap(tensors));
    } catch (IOException e) {
      file.close();
      throw new DoptException(ErrorCode.IO, path + " cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static long headerBytes(TensorFile file) {
    if (file.size() < LENGTH_BYTES) {
      throw refuse(file, "has only " + file.size() + " bytes");
    }
    ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(0, length, "the header length");
    long headerBytes = length.getLong(0);
    if (headerBytes < 0 || headerBytes > MAXIMUM_HEADER_BYTES) {
      throw refuse(
          file,
          String.format(
              "says its header has %s bytes, more than the %d the format allows",
              Long.toUnsignedString(headerBytes), MAXIMUM_HEADER_BYTES));
    }
    if (headerBytes > file.size() - LENGTH_BYTES) {
      throw refuse(
          file,
          String.format(
              "says its header has %d bytes, but has only %d bytes in all",
              headerBytes, file.size()));
    }
    return headerBytes;
  }

  private static DoptException refuse(TensorFile file, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        file.path()
            + " "
            + what
            + ". It is truncated or not a safetensors file; download it again.");
  }

  /** Strict UTF-8, streamed, so that a large header is never held as text. */
  private static Reader headerReader(TensorFile file, long headerBytes) {
    InputStream bytes =
        new InputStream() {
          private long position = LENGTH_BYTES;

          @Override
          public int read() {
            byte[] single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            long left = LENGTH_BYTES + headerBytes - position;
            if (left == 0) {
              return -1;
            }
            int count = (int) Math.min(left, length);
            file.readFully(position, ByteBuffer.wrap(target, offset, count), "the header");
            position += count;
            return count;
          }
        };
    return new InputStreamReader(
        bytes,
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /** The path it was opened by. */
  public Path path() {
    return file.path();
  }

  /** Names of the tensors, in the order of their data. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /** The {@code __metadata__} entry, empty when absent. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The tensor of that name; valid until this file is closed. */
  public Optional<LazyTensor> tensor(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** Closes the file; its tensors can no longer be read. */
  @Override
  public void close() {
    file.close();
  }
}
