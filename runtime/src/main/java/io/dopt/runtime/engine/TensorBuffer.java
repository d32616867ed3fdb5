package io.dopt.runtime.engine;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * A tensor in memory that the engine reads or writes in place: direct, in native byte order,
 * row-major.
 */
public final class TensorBuffer {
  private final String name;
  private final ElementType elementType;
  private final List<Long> shape;
  private final ByteBuffer bytes;
  private final FloatBuffer floats;
  private final LongBuffer longs;

  private TensorBuffer(String name, ElementType elementType, List<Long> shape, ByteBuffer bytes) {
    this.name = name;
    this.elementType = elementType;
    this.shape = List.copyOf(shape);
    this.bytes = bytes;
    this.floats = bytes.asFloatBuffer();
    this.longs = bytes.asLongBuffer();
  }

  /**
   * Allocates a zeroed buffer.
   *
   * @throws DoptException (UNSUPPORTED) for 2 GiB or more; (ENGINE) when there is no memory for it
   */
  static TensorBuffer allocate(String name, ElementType elementType, List<Long> shape) {
    int size = requiredBytes(name, elementType, shape);
    try {
      ByteBuffer bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
      return new TensorBuffer(name, elementType, shape, bytes);
    } catch (OutOfMemoryError e) {
      throw new DoptException(
          ErrorCode.ENGINE,
          "There is no memory for the tensor '"
              + name
              + "' "
              + shape
              + "; use a smaller batch or size, or give Java more (-XX:MaxDirectMemorySize).",
          e);
    }
  }

  /**
   * A tensor in an engine's own memory.
   *
   * @param bytes direct, in native byte order, {@link #requiredBytes} long; must stay valid memory
   *     for as long as anyone has this buffer
   */
  public static TensorBuffer over(
      String name, ElementType elementType, List<Long> shape, ByteBuffer bytes) {
    if (!bytes.isDirect()
        || bytes.order() != ByteOrder.nativeOrder()
        || bytes.capacity() != requiredBytes(name, elementType, shape)) {
      throw new IllegalArgumentException(bytes + " for '" + name + "' " + elementType + shape);
    }
    return new TensorBuffer(name, elementType, shape, bytes);
  }

  /**
   * The bytes of a tensor.
   *
   * @throws DoptException (UNSUPPORTED) for 2 GiB or more, naming it
   */
  public static int requiredBytes(String name, ElementType elementType, List<Long> shape) {
    long size;
    try {
      size = elementType.byteSize(shape.stream().reduce(1L, Math::multiplyExact));
    } catch (ArithmeticException e) {
      size = Long.MAX_VALUE;
    }
    if (size > Integer.MAX_VALUE) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          "The tensor '"
              + name
              + "' "
              + shape
              + " takes 2 GiB or more, too much for one buffer; use a smaller batch or size.");
    }
    return (int) size;
  }

  /** Element type. */
  public ElementType elementType() {
    return elementType;
  }

  /** Dimensions, outermost first; empty for a scalar. */
  public List<Long> shape() {
    return shape;
  }

  /** Number of elements. */
  public int elementCount() {
    return Math.toIntExact(bytes.capacity() * 8L / elementType.bits());
  }

  /** The memory itself, from position 0 to its end. */
  ByteBuffer bytes() {
    return bytes;
  }

  /**
   * Writes {@code values} from the given element on. The buffer holds float32.
   *
   * @throws IndexOutOfBoundsException when they do not fit
   */
  public void put(int index, float[] values) {
    require(ElementType.FLOAT32);
    floats.put(index, values);
  }

  /** Writes one element of a float32 buffer. */
  public void put(int index, float value) {
    require(ElementType.FLOAT32);
    floats.put(index, value);
  }

  /** Writes {@code values} from the given element on. The buffer holds int64. */
  public void put(int index, long[] values) {
    require(ElementType.INT64);
    longs.put(index, values);
  }

  /** Reads as many elements as {@code values} has from the given one on; the buffer is float32. */
  public void get(int index, float[] values) {
    require(ElementType.FLOAT32);
    floats.get(index, values);
  }

  /** Reads the first {@code count} elements into the first of {@code values}; it is float32. */
  public void read(float[] values, int count) {
    require(ElementType.FLOAT32);
    floats.get(0, values, 0, count);
  }

  /**
   * Writes a whole tensor of the buffer's element count, converted to the buffer's element type.
   *
   * @throws DoptException (INTERNAL) when the number of elements differs
   */
  public void set(DenseTensor tensor) {
    if (tensor.elementCount() != elementCount()) {
      throw new DoptException(
          ErrorCode.INTERNAL, "'" + name + "' " + shape + " cannot take " + tensor.shape() + ".");
    }
    bytes.duplicate().put(tensor.cast(elementType).data());
  }

  /** A copy of the content. */
  public DenseTensor toDense() {
    ByteBuffer copy = ByteBuffer.allocate(bytes.capacity());
    copy.put(bytes.duplicate()).flip();
    return DenseTensor.of(elementType, shape, copy);
  }

  private void require(ElementType expected) {
    if (elementType != expected) {
      throw new DoptException(
          ErrorCode.INTERNAL, "'" + name + "' holds " + elementType + ", not " + expected + ".");
    }
  }
}
