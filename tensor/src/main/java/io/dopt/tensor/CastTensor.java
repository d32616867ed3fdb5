package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The elements of the source, converted one chunk at a time. */
final class CastTensor implements LazyTensor {
  private final LazyTensor source;
  private final ElementType elementType;
  private final ElementConversion conversion;

  CastTensor(LazyTensor source, ElementType elementType) {
    this.source = source;
    this.elementType = elementType;
    this.conversion = new ElementConversion(source.elementType(), elementType);
  }

  LazyTensor source() {
    return source;
  }

  @Override
  public ElementType elementType() {
    return elementType;
  }

  @Override
  public List<Long> shape() {
    return source.shape();
  }

  @Override
  public String fingerprint() {
    return "cast(" + elementType.text() + "," + source.fingerprint() + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    int sourceBytes = source.elementType().bits() / 8;
    int piece = ChunkBuffer.BYTES / Math.max(elementType.bits() / 8, sourceBytes) * sourceBytes;
    ByteBuffer converted = ByteBuffer.allocate(ChunkBuffer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    source.writeTo(
        chunk -> {
          int end = chunk.limit();
          while (chunk.position() < end) {
            chunk.limit(Math.min(end, chunk.position() + piece));
            converted.clear();
            conversion.convert(chunk, converted);
            sink.accept(converted.flip());
          }
        });
  }
}
