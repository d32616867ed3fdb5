package io.dopt.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * 4-bit integers as ONNX packs them: two to a byte, the first in the low half; the high half of an
 * odd last byte is 0 (onnx.proto, {@code TensorProto.raw_data}).
 */
final class Nibbles {
  private Nibbles() {}

  /** The 4-bit value at {@code index} of {@code packed}. */
  static int get(ByteBuffer packed, int index, boolean signed) {
    int nibble = packed.get(index / 2) >> (index % 2 * 4) & 0xf;
    return signed ? (nibble ^ 8) - 8 : nibble;
  }

  /** Packs {@code values}, saturating those that do not fit. */
  static ByteBuffer pack(long[] values, boolean signed) {
    long least = signed ? -8 : 0;
    byte[] packed = new byte[(values.length + 1) / 2];
    for (int i = 0; i < values.length; i++) {
      long saturated = Math.max(least, Math.min(least + 15, values[i]));
      packed[i / 2] |= (byte) ((saturated & 0xf) << (i % 2 * 4));
    }
    return ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The {@code count} values of {@code packed} as int64, little-endian. */
  static ByteBuffer toLongs(ByteBuffer packed, int count, boolean signed) {
    ByteBuffer longs = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      longs.putLong(get(packed, i, signed));
    }
    return longs.flip();
  }
}
