package io.dopt.passes.rewrite;

import io.dopt.ir.TensorType;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** A weight as a checkpoint holds it: lazy, known by a name, with numbers that the name decides. */
final class StoredTensor implements LazyTensor {
  private final String name;
  private final DenseTensor content;

  StoredTensor(String name, TensorType type) {
    this.name = name;
    this.content = random(type.elementType(), type.shape().constants(), name.hashCode());
  }

  /** Numbers between -2 and 2; integers are 0 or 1, so that they may be indices. */
  static DenseTensor random(ElementType type, List<Long> shape, long seed) {
    Random random = new Random(seed);
    if (type.bits() < 8) {
      byte[] packed = new byte[(int) type.byteSize(shape.stream().reduce(1L, (a, b) -> a * b))];
      random.nextBytes(packed);
      return DenseTensor.of(type, shape, ByteBuffer.wrap(packed));
    }
    double[] values = new double[shape.stream().reduce(1L, (a, b) -> a * b).intValue()];
    for (int i = 0; i < values.length; i++) {
      values[i] = type.isFloatingPoint() ? random.nextDouble() * 4 - 2 : random.nextInt(2);
    }
    return DenseTensor.ofDoubles(shape, values).cast(type);
  }

  @Override
  public ElementType elementType() {
    return content.elementType();
  }

  @Override
  public List<Long> shape() {
    return content.shape();
  }

  @Override
  public String fingerprint() {
    return name;
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    content.writeTo(sink);
  }
}
