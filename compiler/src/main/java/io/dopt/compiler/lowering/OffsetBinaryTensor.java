package io.dopt.compiler.lowering;

import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Packed 4-bit integers with 8 added to each: -8..7 becomes 0..15, as MatMulNBits reads them. In
 * two's complement that flips the upper bit.
 *
 * @param source of i4, an even number along the last axis
 * @param shape of the bytes
 */
record OffsetBinaryTensor(LazyTensor source, List<Long> shape) implements LazyTensor {
  private static final int UPPER_BITS = 0x88;

  @Override
  public ElementType elementType() {
    return ElementType.UINT8;
  }

  @Override
  public String fingerprint() {
    return "offset_binary(" + shape + "," + source.fingerprint() + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    source.writeTo(
        chunk -> {
          ByteBuffer flipped = ByteBuffer.allocate(chunk.remaining());
          while (chunk.hasRemaining()) {
            flipped.put((byte) (chunk.get() ^ UPPER_BITS));
          }
          sink.accept(flipped.flip());
        });
  }
}
