package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor held in memory, row-major and little-endian, below 2 GiB: what an engine is fed and
 * returns, and what constants are folded with. Immutable as long as nobody writes to the buffer it
 * was made of.
 */
public final class DenseTensor implements LazyTensor {
  private final ElementType elementType;
  private final List<Long> shape;
  private final ByteBuffer data;

  private DenseTensor(ElementType elementType, List<Long> shape, ByteBuffer data) {
    this.elementType = elementType;
    this.shape = List.copyOf(shape);
    this.data = data;
  }

  /**
   * Wraps the remaining bytes of {@code data}, without copying.
   *
   * @param shape dimensions, outermost first
   * @param data exactly the elements, little-endian; not to be changed afterwards
   * @throws DoptException (INTERNAL) when the buffer does not have the size the shape asks for
   */
  public static DenseTensor of(ElementType elementType, List<Long> shape, ByteBuffer data) {
    DenseTensor tensor = new DenseTensor(elementType, shape, data.slice());
    if (tensor.byteSize() != tensor.data.limit()) {
      throw new DoptException(
          ErrorCode.INTERNAL,
          String.format(
              "A buffer of %d bytes cannot be a tensor %s%s.",
              tensor.data.limit(), elementType.text(), shape));
    }
    return tensor;
  }

  /** A float32 tensor holding a copy of {@code values}. */
  public static DenseTensor ofFloats(List<Long> shape, float... values) {
    ByteBuffer data = allocate(4L * values.length);
    data.asFloatBuffer().put(values);
    return of(ElementType.FLOAT32, shape, data);
  }

  /** A float64 tensor holding a copy of {@code values}. */
  public static DenseTensor ofDoubles(List<Long> shape, double... values) {
    ByteBuffer data = allocate(8L * values.length);
    data.asDoubleBuffer().put(values);
    return of(ElementType.FLOAT64, shape, data);
  }

  /** An int64 tensor holding a copy of {@code values}. */
  public static DenseTensor ofLongs(List<Long> shape, long... values) {
    ByteBuffer data = allocate(8L * values.length);
    data.asLongBuffer().put(values);
    return of(ElementType.INT64, shape, data);
  }

  /**
   * Reads a lazy tensor into memory.
   *
   * @throws DoptException (UNSUPPORTED) from 2 GiB up; and whatever reading its origin throws
   */
  public static DenseTensor read(LazyTensor tensor) {
    if (tensor instanceof DenseTensor dense) {
      return dense;
    }
    ByteBuffer data = allocate(tensor.byteSize());
    try {
      tensor.writeTo(data::put);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, "Cannot read " + tensor + ": " + e.getMessage(), e);
    }
    return of(tensor.elementType(), tensor.shape(), data.flip());
  }

  private static ByteBuffer allocate(long bytes) {
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "A tensor of " + bytes + " bytes cannot be held in memory at once; the limit is 2 GiB.");
    }
    return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ElementType elementType() {
    return elementType;
  }

  @Override
  public List<Long> shape() {
    return shape;
  }

  /** A read-only, little-endian view of the elements, from position 0. */
  public ByteBuffer data() {
    return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements as float32, converted as by {@code LazyTensors.cast}. */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(elementCount())];
    as(ElementType.FLOAT32).asFloatBuffer().get(values);
    return values;
  }

  /** The elements as float64, converted as by {@code LazyTensors.cast}. */
  public double[] toDoubles() {
    double[] values = new double[Math.toIntExact(elementCount())];
    as(ElementType.FLOAT64).asDoubleBuffer().get(values);
    return values;
  }

  /** The elements as int64, converted as by {@code LazyTensors.cast}. */
  public long[] toLongs() {
    long[] values = new long[Math.toIntExact(elementCount())];
    as(ElementType.INT64).asLongBuffer().get(values);
    return values;
  }

  /**
   * This tensor with its elements converted as by {@code LazyTensors.cast}; also from and to the
   * packed 4-bit types, as to any integer.
   */
  public DenseTensor cast(ElementType to) {
    return to == elementType ? this : of(to, shape, as(to));
  }

  private ByteBuffer as(ElementType to) {
    if (to == elementType) {
      return data();
    }
    if (elementType.bits() < 8) {
      return unpacked().as(to);
    }
    if (to.bits() < 8) {
      return Nibbles.pack(toLongs(), to == ElementType.INT4);
    }
    ElementConversion conversion = new ElementConversion(elementType, to);
    ByteBuffer converted = allocate(to.byteSize(elementCount()));
    conversion.convert(data(), converted);
    return converted.flip();
  }

  /** The elements of this tensor of a 4-bit type, as int64. */
  private DenseTensor unpacked() {
    int count = Math.toIntExact(elementCount());
    boolean signed = elementType == ElementType.INT4;
    return of(ElementType.INT64, shape, Nibbles.toLongs(data(), count, signed));
  }

  @Override
  public String fingerprint() {
    return "sha256(" + Sha256.of(data()) + "|" + elementType.text() + shape + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    ByteBuffer all = data();
    int chunk = 1 << 20;
    for (int start = 0; start < all.capacity(); start += chunk) {
      int end = Math.min(all.capacity(), start + chunk);
      sink.accept(all.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(end).position(start));
    }
  }

  @Override
  public String toString() {
    return elementType.text() + shape + " in memory";
  }
}
