package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Every element of the source times the factor of its index along an axis, in float64. */
record AxisScaledTensor(LazyTensor source, int axis, DenseTensor factors) implements LazyTensor {
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
    return "scaleAxis(" + axis + "," + factors.fingerprint() + "," + source.fingerprint() + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    float[] factor = factors.toFloats();
    GroupCursor cursor = GroupCursor.of(shape(), new Granularity.PerAxis(axis));
    ElementConversion narrow = new ElementConversion(ElementType.FLOAT64, elementType());
    ByteBuffer scaled = ByteBuffer.allocate(ChunkBuffer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer converted = ByteBuffer.allocate(ChunkBuffer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    LazyTensors.cast(source, ElementType.FLOAT64)
        .writeTo(
            chunk -> {
              while (chunk.hasRemaining()) {
                scaled.clear();
                while (chunk.hasRemaining() && scaled.hasRemaining()) {
                  scaled.putDouble(chunk.getDouble() * factor[cursor.next()]);
                }
                converted.clear();
                narrow.convert(scaled.flip(), converted);
                sink.accept(converted.flip());
              }
            });
  }
}
