package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DenseTensorTest {
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"INT4", "UINT4"})
  void everyTypeHoldsSmallNumbers(ElementType type) {
    DenseTensor tensor = DenseTensor.ofLongs(List.of(3L), 0, 1, 1).cast(type);
    assertEquals(type, tensor.elementType());
    assertArrayEquals(new float[] {0, 1, 1}, tensor.toFloats());
    assertArrayEquals(new double[] {0, 1, 1}, tensor.toDoubles());
    assertArrayEquals(new long[] {0, 1, 1}, tensor.toLongs());
  }

  @Test
  void integersTruncateAndSaturate() {
    DenseTensor floats = DenseTensor.ofFloats(List.of(5L), -1.9f, 2.9f, 1e30f, -1e30f, Float.NaN);
    assertArrayEquals(new long[] {-1, 2, 127, -128, 0}, floats.cast(ElementType.INT8).toLongs());
    assertArrayEquals(
        new long[] {0, 2, 0xffffffffL, 0, 0}, floats.cast(ElementType.UINT32).toLongs());
    assertArrayEquals(new long[] {-1, 2, Long.MAX_VALUE, Long.MIN_VALUE, 0}, floats.toLongs());
  }

  @Test
  void unsignedLongsKeepTheirUpperHalf() {
    DenseTensor large = DenseTensor.ofDoubles(List.of(2L), 0x1.8p63, 3).cast(ElementType.UINT64);
    assertArrayEquals(new double[] {0x1.8p63, 3}, large.toDoubles());
    assertArrayEquals(new long[] {Long.MAX_VALUE, 3}, large.toLongs());
    assertArrayEquals(new long[] {255, 3}, large.cast(ElementType.UINT8).toLongs());
  }

  @Test
  void doublesRoundOnceToHalf() {
    // Through float32 this would round down to a tie and then to the even neighbour below.
    double value = 1 + 0x1p-11 + 0x1p-40;
    assertEquals(
        1 + 0x1p-10f,
        DenseTensor.ofDoubles(List.of(), value).cast(ElementType.FLOAT16).toFloats()[0]);
  }

  @Test
  void refusesABufferOfTheWrongSize() {
    assertThrows(
        DoptException.class,
        () -> DenseTensor.of(ElementType.FLOAT32, List.of(2L), ByteBuffer.allocate(7)));
  }

  @Test
  void fingerprintsFollowContentTypeAndShape() {
    String one = DenseTensor.ofLongs(List.of(1L), 1).fingerprint();
    assertEquals(one, DenseTensor.ofLongs(List.of(1L), 1).fingerprint());
    assertNotEquals(one, DenseTensor.ofLongs(List.of(1L), 2).fingerprint());
    assertNotEquals(one, DenseTensor.ofLongs(List.of(), 1).fingerprint());
  }

  @Test
  void writesInChunks() throws Exception {
    float[] values = new float[600_000];
    values[599_999] = 5;
    DenseTensor tensor = DenseTensor.ofFloats(List.of(600_000L), values);
    int[] chunks = new int[1];
    ByteBuffer all = ByteBuffer.allocate(2_400_000);
    tensor.writeTo(
        chunk -> {
          chunks[0]++;
          all.put(chunk);
        });
    assertEquals(3, chunks[0]);
    assertArrayEquals(
        values, DenseTensor.of(ElementType.FLOAT32, List.of(600_000L), all.flip()).toFloats());
  }
}
