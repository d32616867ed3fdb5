package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** The source divided by its scales, rounded to a small type, one chunk at a time. */
record QuantizedTensor(LazyTensor source, QuantizationParameters parameters) implements LazyTensor {
  @Override
  public ElementType elementType() {
    return parameters.elementType();
  }

  @Override
  public List<Long> shape() {
    return source.shape();
  }

  @Override
  public String fingerprint() {
    return String.format(
        "quantize(%s,%s,%s,%s)",
        elementType().text(),
        parameters.granularity(),
        parameters.scale().fingerprint(),
        source.fingerprint());
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    float[] scales = parameters.scale().toFloats();
    SymmetricFormat format = parameters.format();
    GroupCursor cursor = GroupCursor.of(shape(), parameters.granularity());
    Packer packer = new Packer(sink, elementType().bits() < 8);
    LazyTensors.cast(source, ElementType.FLOAT32)
        .writeTo(
            chunk -> {
              FloatBuffer floats = chunk.asFloatBuffer();
              while (floats.hasRemaining()) {
                packer.put(format.encode(floats.get() / scales[cursor.next()]));
              }
            });
    packer.finish();
  }

  /** Gathers elements into chunks; 4-bit ones two to a byte, the first in the low half. */
  private static final class Packer {
    private final TensorSink sink;
    private final boolean packs;
    private final ByteBuffer pending =
        ByteBuffer.allocate(ChunkBuffer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int low;
    private boolean hasLow;

    Packer(TensorSink sink, boolean packs) {
      this.sink = sink;
      this.packs = packs;
    }

    void put(byte element) throws IOException {
      if (!packs) {
        append(element);
      } else if (hasLow) {
        append((byte) (low | element << 4));
        hasLow = false;
      } else {
        low = element & 0xf;
        hasLow = true;
      }
    }

    private void append(byte packed) throws IOException {
      pending.put(packed);
      if (!pending.hasRemaining()) {
        pour();
      }
    }

    void finish() throws IOException {
      if (hasLow) {
        append((byte) low);
      }
      pour();
    }

    private void pour() throws IOException {
      if (pending.position() > 0) {
        sink.accept(pending.flip());
        pending.clear();
      }
    }
  }
}
