package io.dopt.tensor;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * Converts runs of elements from one type to another, as ONNX {@code Cast} does: to a narrower
 * floating-point type with one rounding to nearest even, to an integer towards zero. What ONNX
 * leaves open is closed here: integers saturate, NaN becomes 0, anything but zero is true.
 */
final class ElementConversion {
  /**
   * Elements converted at a time, so that the intermediate array stays in the first-level cache.
   */
  private static final int BLOCK = 1024;

  private final ElementType from;
  private final ElementType to;

  /**
   * @throws DoptException (UNSUPPORTED) for the 4-bit types, which are packed
   */
  ElementConversion(ElementType from, ElementType to) {
    if (from.bits() < 8 || to.bits() < 8) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED, "Cannot cast " + from.text() + " to " + to.text() + ".");
    }
    this.from = from;
    this.to = to;
  }

  /**
   * Converts all remaining elements of {@code source} and appends them to {@code target}; both
   * little-endian, with room enough.
   */
  void convert(ByteBuffer source, ByteBuffer target) {
    int count = source.remaining() / (from.bits() / 8);
    int sourceBytes = count * (from.bits() / 8);
    int targetBytes = count * (to.bits() / 8);
    if (from == to) {
      target.put(source);
      return;
    }
    if (!convertDirectly(source, target, count)) {
      boolean throughLongs =
          !from.isFloatingPoint() && !(from == ElementType.UINT64 && to.isFloatingPoint());
      if (throughLongs) {
        convertThroughLongs(source.slice().order(source.order()), target, count);
      } else {
        convertThroughDoubles(source.slice().order(source.order()), target, count);
      }
    }
    source.position(source.position() + sourceBytes);
    target.position(target.position() + targetBytes);
  }

  /** The pairs that weights are made of, without an intermediate array per element. */
  private boolean convertDirectly(ByteBuffer source, ByteBuffer target, int count) {
    boolean widens = to == ElementType.FLOAT32;
    ElementType narrow = widens ? from : to;
    boolean half = narrow == ElementType.FLOAT16;
    if (!half && narrow != ElementType.BFLOAT16 || !widens && from != ElementType.FLOAT32) {
      return false;
    }
    short[] shorts = new short[BLOCK];
    float[] floats = new float[BLOCK];
    ShortBuffer shortBuffer = (widens ? source : target).asShortBuffer();
    FloatBuffer floatBuffer = (widens ? target : source).asFloatBuffer();
    for (int done = 0; done < count; done += BLOCK) {
      int length = Math.min(BLOCK, count - done);
      if (widens) {
        shortBuffer.get(shorts, 0, length);
        for (int i = 0; i < length; i++) {
          floats[i] = half ? Half.toFloat(shorts[i]) : BFloat16.toFloat(shorts[i]);
        }
        floatBuffer.put(floats, 0, length);
      } else {
        floatBuffer.get(floats, 0, length);
        for (int i = 0; i < length; i++) {
          shorts[i] = half ? Half.fromFloat(floats[i]) : BFloat16.fromFloat(floats[i]);
        }
        shortBuffer.put(shorts, 0, length);
      }
    }
    return true;
  }

  private void convertThroughLongs(ByteBuffer source, ByteBuffer target, int count) {
    for (int i = 0; i < count; i++) {
      putLong(target, i, getLong(source, i));
    }
  }

  private void convertThroughDoubles(ByteBuffer source, ByteBuffer target, int count) {
    for (int i = 0; i < count; i++) {
      putDouble(target, i, getDouble(source, i));
    }
  }

  private long getLong(ByteBuffer source, int i) {
    return switch (from) {
      case INT64, UINT64 -> source.getLong(i * 8);
      case INT32 -> source.getInt(i * 4);
      case UINT32 -> source.getInt(i * 4) & 0xffffffffL;
      case INT16 -> source.getShort(i * 2);
      case UINT16 -> source.getShort(i * 2) & 0xffff;
      case INT8 -> source.get(i);
      case UINT8 -> source.get(i) & 0xff;
      case BOOL -> source.get(i) == 0 ? 0 : 1;
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16, FLOAT8E4M3FN, FLOAT8E5M2, INT4, UINT4 ->
          throw new IllegalStateException(from.text());
    };
  }

  private double getDouble(ByteBuffer source, int i) {
    return switch (from) {
      case FLOAT64 -> source.getDouble(i * 8);
      case FLOAT32 -> source.getFloat(i * 4);
      case FLOAT16 -> Half.toFloat(source.getShort(i * 2));
      case BFLOAT16 -> BFloat16.toFloat(source.getShort(i * 2));
      case FLOAT8E4M3FN -> SmallFloat.E4M3FN.decode(source.get(i));
      case FLOAT8E5M2 -> SmallFloat.E5M2.decode(source.get(i));
      case UINT64 -> {
        long bits = source.getLong(i * 8);
        // Halved with the lost bit kept sticky, so that the conversion rounds once.
        yield bits >= 0 ? bits : (double) (bits >>> 1 | bits & 1) * 2;
      }
      case INT64, INT32, INT16, INT8, UINT32, UINT16, UINT8, BOOL, INT4, UINT4 ->
          throw new IllegalStateException(from.text());
    };
  }

  private void putLong(ByteBuffer target, int i, long value) {
    int at = target.position() + i * (to.bits() / 8);
    switch (to) {
      case FLOAT64 -> target.putDouble(at, value);
      case FLOAT32 -> target.putFloat(at, value);
      case FLOAT16 -> target.putShort(at, (short) SmallFloat.HALF.encode(value));
      case BFLOAT16 -> target.putShort(at, (short) SmallFloat.BFLOAT16.encode(value));
      case FLOAT8E4M3FN -> target.put(at, (byte) SmallFloat.E4M3FN.encode(value));
      case FLOAT8E5M2 -> target.put(at, (byte) SmallFloat.E5M2.encode(value));
      case BOOL -> target.put(at, (byte) (value == 0 ? 0 : 1));
      case INT64 ->
          target.putLong(at, from == ElementType.UINT64 && value < 0 ? Long.MAX_VALUE : value);
      case UINT64 -> target.putLong(at, from == ElementType.UINT64 ? value : Math.max(value, 0));
      case INT32, INT16, INT8, UINT32, UINT16, UINT8 -> {
        boolean signed =
            to == ElementType.INT32 || to == ElementType.INT16 || to == ElementType.INT8;
        long most = (1L << (signed ? to.bits() - 1 : to.bits())) - 1;
        long least = signed ? -most - 1 : 0;
        boolean huge = from == ElementType.UINT64 && value < 0;
        putBits(target, at, huge ? most : Math.max(least, Math.min(most, value)));
      }
      case INT4, UINT4 -> throw new IllegalStateException(to.text());
    }
  }

  private void putBits(ByteBuffer target, int at, long value) {
    switch (to.bits()) {
      case 32 -> target.putInt(at, (int) value);
      case 16 -> target.putShort(at, (short) value);
      default -> target.put(at, (byte) value);
    }
  }

  private void putDouble(ByteBuffer target, int i, double value) {
    int at = target.position() + i * (to.bits() / 8);
    switch (to) {
      case FLOAT64 -> target.putDouble(at, value);
      case FLOAT32 -> target.putFloat(at, (float) value);
      case FLOAT16 -> target.putShort(at, (short) SmallFloat.HALF.encode(value));
      case BFLOAT16 -> target.putShort(at, (short) SmallFloat.BFLOAT16.encode(value));
      case FLOAT8E4M3FN -> target.put(at, (byte) SmallFloat.E4M3FN.encode(value));
      case FLOAT8E5M2 -> target.put(at, (byte) SmallFloat.E5M2.encode(value));
      case BOOL -> target.put(at, (byte) (value == 0 ? 0 : 1));
      case UINT64 ->
          target.putLong(
              at,
              value < 0x1p63
                  ? (long) Math.max(value, 0)
                  : value >= 0x1p64 ? -1 : (long) (value / 2) << 1);
      case INT64, INT32, INT16, INT8, UINT32, UINT16, UINT8, INT4, UINT4 ->
          putLong(target, i, (long) value);
    }
  }
}
