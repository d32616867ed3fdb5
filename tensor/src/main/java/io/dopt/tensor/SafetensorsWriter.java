package io.dopt.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes safetensors files, streaming. The layout is the reference implementation's (huggingface/
 * safetensors, {@code prepare} in tensor.rs): wider types first, then by name; a compact header
 * padded with spaces to 8 bytes. So equal tensors give equal bytes.
 */
public final class SafetensorsWriter {
  /** Ascending order of the reference's {@code Dtype}, which it sorts by in reverse. */
  private static final List<ElementType> REFERENCE_ORDER =
      List.of(
          ElementType.BOOL,
          ElementType.UINT8,
          ElementType.INT8,
          ElementType.FLOAT8E5M2,
          ElementType.FLOAT8E4M3FN,
          ElementType.INT16,
          ElementType.UINT16,
          ElementType.FLOAT16,
          ElementType.BFLOAT16,
          ElementType.INT32,
          ElementType.UINT32,
          ElementType.FLOAT32,
          ElementType.FLOAT64,
          ElementType.INT64,
          ElementType.UINT64);

  private SafetensorsWriter() {}

  /**
   * Writes {@code tensors} to {@code target}, replacing a file that is there; the file appears
   * whole or not at all.
   *
   * @param metadata the {@code __metadata__} entry; left out when empty
   * @throws DoptException (UNSUPPORTED) for an element type the format lacks; (IO) when writing
   *     fails; and whatever reading the tensors throws
   */
  public static void write(
      Path target, Map<String, ? extends LazyTensor> tensors, Map<String, String> metadata) {
    List<String> names =
        tensors.keySet().stream()
            .sorted(
                Comparator.comparingInt((String name) -> -rank(tensors.get(name)))
                    .thenComparing(SafetensorsWriter::compareUtf8))
            .toList();
    ByteBuffer header = header(names, tensors, metadata);
    long bytes = header.remaining();
    for (LazyTensor tensor : tensors.values()) {
      bytes += tensor.byteSize();
    }
    WholeFile.write(
        target,
        bytes,
        sink -> {
          sink.accept(header);
          for (String name : names) {
            writeTensor(sink, name, tensors.get(name));
          }
        });
  }

  /** Place in the reference's order; -1 for a type it lacks, which the header refuses. */
  private static int rank(LazyTensor tensor) {
    return REFERENCE_ORDER.indexOf(tensor.elementType());
  }

  private static String dtype(String name, ElementType type) {
    return type.safetensorsName()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.UNSUPPORTED,
                    String.format(
                        "Tensor %s cannot be written to a safetensors file, which has no type %s.",
                        name, type.text())));
  }

  /** The reference compares names as UTF-8 bytes, which differs from Java's for surrogates. */
  private static int compareUtf8(String left, String right) {
    return Arrays.compareUnsigned(
        left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuffer header(
      List<String> names, Map<String, ? extends LazyTensor> tensors, Map<String, String> metadata) {
    // Through a Writer, since Jackson's own UTF-8 escapes what lies beyond the basic plane.
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long offset = 0;
      for (String name : names) {
        LazyTensor tensor = tensors.get(name);
        json.writeObjectFieldStart(name);
        json.writeStringField("dtype", dtype(name, tensor.elementType()));
        json.writeArrayFieldStart("shape");
        for (long dimension : tensor.shape()) {
          json.writeNumber(dimension);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("data_offsets");
        json.writeNumber(offset);
        offset += tensor.byteSize();
        json.writeNumber(offset);
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (utf8.length + 7) / 8 * 8;
    ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(utf8);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static void writeTensor(TensorSink sink, String name, LazyTensor tensor)
      throws IOException {
    long[] written = {0};
    tensor.writeTo(
        chunk -> {
          written[0] += chunk.remaining();
          sink.accept(chunk);
        });
    if (written[0] != tensor.byteSize()) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "Tensor %s poured %d bytes instead of %d.", name, written[0], tensor.byteSize()));
    }
  }
}
