package io.dopt.ir;

import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A small tensor a builder made up, held on the heap; its fingerprint is the hash of its bytes. */
final class ConstantTensor implements LazyTensor {
  private final ElementType elementType;
  private final List<Long> shape;
  private final byte[] content;

  /** Rounds {@code values}, row-major, to {@code elementType}: f32, f64, i64, i32 or bool. */
  ConstantTensor(ElementType elementType, List<Long> shape, double[] values) {
    this.elementType = elementType;
    this.shape = List.copyOf(shape);
    if (elementCount() != values.length) {
      throw new IrException(values.length + " values do not fill " + shape);
    }
    ByteBuffer buffer =
        ByteBuffer.allocate((int) elementType.byteSize(values.length))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (elementType) {
        case FLOAT32 -> buffer.putFloat((float) value);
        case FLOAT64 -> buffer.putDouble(value);
        case INT64 -> buffer.putLong((long) value);
        case INT32 -> buffer.putInt((int) value);
        case BOOL -> buffer.put((byte) (value == 0 ? 0 : 1));
        default ->
            throw new IrException(
                "constants of type " + elementType.text() + " are made by a cast");
      }
    }
    this.content = buffer.array();
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
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return "constant:" + elementType.text() + shape + ":" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    sink.accept(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).asReadOnlyBuffer());
  }
}
