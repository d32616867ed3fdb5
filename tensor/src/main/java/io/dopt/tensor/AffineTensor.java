package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Every element of the source times a factor plus an offset, in float64, rounded once. */
record AffineTensor(LazyTensor source, double factor, double offset) implements LazyTensor {
  @Override
  public ElementType elementType() {
    return source.elementType();
  }

  @Override
  public List<Long> shape() {
    return source.shape();
  }

  @Override
  public String fingerprint() {
    return "affine(" + factor + "," + offset + "," + source.fingerprint() + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    ElementConversion narrow = new ElementConversion(ElementType.FLOAT64, elementType());
    ByteBuffer converted = ByteBuffer.allocate(ChunkBuffer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    LazyTensor doubles = LazyTensors.cast(source, ElementType.FLOAT64);
    ByteBuffer scaled = ByteBuffer.allocate(ChunkBuffer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    doubles.writeTo(
        chunk -> {
          while (chunk.hasRemaining()) {
            scaled.clear();
            while (chunk.hasRemaining() && scaled.hasRemaining()) {
              scaled.putDouble(chunk.getDouble() * factor + offset);
            }
            converted.clear();
            narrow.convert(scaled.flip(), converted);
            sink.accept(converted.flip());
          }
        });
  }
}
