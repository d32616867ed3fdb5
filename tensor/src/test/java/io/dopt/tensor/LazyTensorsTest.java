package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LazyTensorsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = {"INT8", "INT16", "INT32", "INT64"})
  void transposesEveryWidthAndRankAsIndexArithmeticDoes(ElementType type) {
    Random random = new Random(3);
    for (int round = 0; round < 60; round++) {
      List<Long> shape = new ArrayList<>();
      List<Integer> permutation = new ArrayList<>();
      for (int axis = 0; axis < 1 + random.nextInt(4); axis++) {
        shape.add(random.nextInt(4) == 0 ? 1L : 1L + random.nextInt(axis == 0 ? 70 : 9));
        permutation.add(axis);
      }
      Collections.shuffle(permutation, random);
      DenseTensor source = counting(type, shape);
      LazyTensor transposed = LazyTensors.transpose(source, permutation);
      assertArrayEquals(
          naiveTranspose(source, permutation),
          DenseTensor.read(transposed).toLongs(),
          () -> shape + " by " + permutation);
    }
  }

  @Test
  void transposesLargerThanAWindow() throws IOException {
    List<Long> shape = List.of(3L, 5000L, 1200L);
    DenseTensor source = counting(ElementType.INT32, shape);
    for (LazyTensor origin : List.of(source, inFile(source))) {
      DenseTensor moved = DenseTensor.read(LazyTensors.transpose(origin, List.of(2, 0, 1)));
      assertEquals(List.of(1200L, 3L, 5000L), moved.shape());
      Random random = new Random(5);
      for (int round = 0; round < 100_000; round++) {
        int i = random.nextInt(3);
        int j = random.nextInt(5000);
        int k = random.nextInt(1200);
        int expected = source.data().getInt(4 * ((i * 5000 + j) * 1200 + k));
        assertEquals(expected, moved.data().getInt(4 * ((k * 3 + i) * 5000 + j)));
      }
    }
  }

  @Test
  void slicesAlongAnyAxisFromMemoryAndFile() throws IOException {
    DenseTensor source = counting(ElementType.INT16, List.of(3L, 4L, 5L));
    for (LazyTensor origin : List.of(source, inFile(source))) {
      assertArrayEquals(
          IntStream.range(20, 60).mapToLong(i -> i).toArray(),
          longs(LazyTensors.slice(origin, 0, 1, 3)));
      assertArrayEquals(
          new long[] {5, 6, 7, 8, 9, 25, 26, 27, 28, 29, 45, 46, 47, 48, 49},
          longs(LazyTensors.slice(origin, 1, 1, 2)));
      assertArrayEquals(
          new long[] {3, 4, 8, 9, 13, 14, 18, 19},
          longs(LazyTensors.slice(LazyTensors.slice(origin, 0, 0, 1), 2, 3, 5)));
      assertEquals(0, longs(LazyTensors.slice(origin, 2, 2, 2)).length);
      assertSame(origin, LazyTensors.slice(origin, 1, 0, 4));
    }
  }

  @Test
  void concatenatingTheSlicesGivesTheWhole() throws IOException {
    DenseTensor source = counting(ElementType.INT32, List.of(300L, 40L, 1000L));
    for (LazyTensor origin : List.of(source, inFile(source))) {
      for (int axis = 0; axis < 3; axis++) {
        long cut = source.shape().get(axis) / 3;
        LazyTensor joined =
            LazyTensors.concatenate(
                List.of(
                    LazyTensors.slice(origin, axis, 0, cut),
                    LazyTensors.slice(origin, axis, cut, cut),
                    LazyTensors.slice(origin, axis, cut, source.shape().get(axis))),
                axis);
        assertEquals(source.shape(), joined.shape());
        assertEquals(source.data(), DenseTensor.read(joined).data());
      }
    }
  }

  @Test
  void reshapesWithoutReading() throws IOException {
    DenseTensor source = counting(ElementType.INT32, List.of(2L, 6L));
    for (LazyTensor origin : List.of(source, inFile(source))) {
      LazyTensor reshaped = LazyTensors.reshape(origin, List.of(3L, 4L));
      assertEquals(List.of(3L, 4L), reshaped.shape());
      assertArrayEquals(source.toLongs(), longs(reshaped));
      assertEquals(
          origin.fingerprint(), LazyTensors.reshape(reshaped, List.of(2L, 6L)).fingerprint());
      assertNotEquals(origin.fingerprint(), reshaped.fingerprint());
    }
  }

  @Test
  void castsInChunksLikeAtOnce() throws IOException {
    Random random = new Random(11);
    float[] values = new float[700_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * 100;
    }
    DenseTensor source = DenseTensor.ofFloats(List.of(700_001L), values);
    for (ElementType type : ElementType.values()) {
      if (type.bits() >= 8) {
        LazyTensor narrow = LazyTensors.cast(inFile(source), type);
        assertEquals(source.cast(type).data(), DenseTensor.read(narrow).data());
        assertEquals(
            source.cast(type).cast(ElementType.FLOAT64).data(),
            DenseTensor.read(LazyTensors.cast(narrow, ElementType.FLOAT64)).data());
      }
    }
  }

  @Test
  void rearrangesBeforeItWidens() throws IOException {
    DenseTensor source = counting(ElementType.INT16, List.of(30L, 20L));
    LazyTensor wide = LazyTensors.cast(inFile(source), ElementType.INT64);
    for (LazyTensor rearranged :
        List.of(
            LazyTensors.transpose(wide, List.of(1, 0)),
            LazyTensors.slice(wide, 1, 3, 9),
            LazyTensors.reshape(wide, List.of(600L)))) {
      assertEquals(ElementType.INT64, rearranged.elementType());
      assertTrue(rearranged.fingerprint().startsWith("cast(i64,"), rearranged.fingerprint());
    }
    assertArrayEquals(
        naiveTranspose(source, List.of(1, 0)), longs(LazyTensors.transpose(wide, List.of(1, 0))));
    assertArrayEquals(
        new long[] {3, 23, 43},
        longs(LazyTensors.slice(LazyTensors.slice(wide, 1, 3, 4), 0, 0, 3)));
    LazyTensor narrow = LazyTensors.cast(wide, ElementType.INT8);
    assertTrue(LazyTensors.transpose(narrow, List.of(1, 0)).fingerprint().startsWith("transpose"));
  }

  @Test
  void scalesWithOneRounding() {
    DenseTensor third = DenseTensor.ofFloats(List.of(2L), 0.1f, -7f);
    assertArrayEquals(
        new float[] {(float) (0.1f * 0.18215), (float) (-7 * 0.18215)},
        DenseTensor.read(LazyTensors.scale(third, 0.18215)).toFloats());
    LazyTensor halves = LazyTensors.cast(third, ElementType.FLOAT16);
    assertArrayEquals(
        new float[] {1.200195f, -13},
        DenseTensor.read(LazyTensors.affine(halves, 2, 1)).toFloats(),
        1e-6f);
    assertEquals(ElementType.FLOAT16, LazyTensors.affine(halves, 2, 1).elementType());
    assertSame(third, LazyTensors.scale(third, 1));
  }

  @Test
  void chunksAreBoundedAndHoldWholeElements() throws IOException {
    DenseTensor source = counting(ElementType.INT16, List.of(1000L, 1500L));
    for (LazyTensor tensor :
        List.of(
            LazyTensors.cast(source, ElementType.FLOAT64),
            LazyTensors.transpose(source, List.of(1, 0)),
            LazyTensors.slice(source, 1, 1, 1499),
            LazyTensors.concatenate(List.of(source, source), 1),
            LazyTensors.scale(LazyTensors.cast(source, ElementType.FLOAT32), 2))) {
      long[] total = {0};
      tensor.writeTo(
          chunk -> {
            assertEquals(0, chunk.remaining() % (tensor.elementType().bits() / 8));
            assertEquals(java.nio.ByteOrder.LITTLE_ENDIAN, chunk.order());
            assertEquals(true, chunk.remaining() > 0 && chunk.remaining() <= 4 << 20);
            total[0] += chunk.remaining();
          });
      assertEquals(tensor.byteSize(), total[0]);
    }
  }

  @Test
  void refusesArgumentsThatDoNotFit() {
    DenseTensor source = counting(ElementType.INT32, List.of(2L, 3L));
    DenseTensor packed = DenseTensor.of(ElementType.INT4, List.of(2L), ByteBuffer.allocate(1));
    List<Runnable> wrong =
        List.of(
            () -> LazyTensors.reshape(source, List.of(7L)),
            () -> LazyTensors.transpose(source, List.of(0, 0)),
            () -> LazyTensors.transpose(source, List.of(0)),
            () -> LazyTensors.slice(source, 2, 0, 1),
            () -> LazyTensors.slice(source, 0, 1, 3),
            () -> LazyTensors.concatenate(List.of(source, packed), 0),
            () -> LazyTensors.scale(source, 2),
            () -> LazyTensors.cast(packed, ElementType.INT8),
            () -> LazyTensors.slice(packed, 0, 0, 1));
    for (Runnable call : wrong) {
      assertThrows(DoptException.class, call::run);
    }
  }

  private static long[] longs(LazyTensor tensor) {
    return DenseTensor.read(tensor).toLongs();
  }

  private static DenseTensor counting(ElementType type, List<Long> shape) {
    int count = (int) shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = type == ElementType.INT8 ? (byte) i : type == ElementType.INT16 ? (short) i : i;
    }
    return DenseTensor.ofLongs(shape, values).cast(type);
  }

  private LazyTensor inFile(DenseTensor tensor) throws IOException {
    Path path = Files.createTempFile(folder, "tensor", ".bin");
    try (var channel = Files.newByteChannel(path, java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(3));
      tensor.writeTo(channel::write);
    }
    // Not closed: the tensor is used after this returns, and the test's process is short.
    return TensorFile.open(path).tensor("t", tensor.elementType(), tensor.shape(), 3);
  }

  private static long[] naiveTranspose(DenseTensor source, List<Integer> permutation) {
    int rank = permutation.size();
    long[] values = source.toLongs();
    long[] result = new long[values.length];
    for (int to = 0; to < result.length; to++) {
      long[] index = new long[rank];
      long rest = to;
      for (int axis = rank - 1; axis >= 0; axis--) {
        long size = source.shape().get(permutation.get(axis));
        index[permutation.get(axis)] = rest % size;
        rest /= size;
      }
      long from = 0;
      for (int axis = 0; axis < rank; axis++) {
        from = from * source.shape().get(axis) + index[axis];
      }
      result[to] = values[(int) from];
    }
    return result;
  }
}
