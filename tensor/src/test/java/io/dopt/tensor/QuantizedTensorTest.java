package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuantizedTensorTest {
  private static DenseTensor noise(int rows, int columns) {
    Random random = new Random(11);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return DenseTensor.ofFloats(List.of((long) rows, (long) columns), values);
  }

  @Test
  void poursLargeTensorsInSmallChunksWithoutLosingANibble() throws IOException {
    DenseTensor source = noise(2003, 1001);
    QuantizationParameters parameters =
        QuantizationParameters.ofMaxima(
            SymmetricFormat.INT4,
            new Granularity.Blocked(0, 64),
            source.shape(),
            AxisStatistics.absoluteMaximum(source, new Granularity.Blocked(0, 64)));
    LazyTensor quantized = LazyTensors.quantize(source, parameters);
    long[] poured = {0};
    quantized.writeTo(
        chunk -> {
          assertTrue(chunk.remaining() <= 1 << 20);
          poured[0] += chunk.remaining();
        });
    assertEquals(quantized.byteSize(), poured[0]);
    assertEquals((2003L * 1001 + 1) / 2, poured[0]);
    long[] stored = DenseTensor.read(quantized).toLongs();
    float[] values = source.toFloats();
    float[] scales = parameters.scale().toFloats();
    for (int i = 0; i < values.length; i++) {
      float scale = scales[i / 1001 / 64 * 1001 + i % 1001];
      assertEquals((long) Math.rint(values[i] / scale), stored[i]);
    }
  }

  @Test
  void zerosHaveScaleOneAndNotANumberShowsInTheStatistics() {
    DenseTensor source =
        DenseTensor.ofFloats(List.of(3L, 2L), 0, 0, 1, Float.NaN, -3, 2).cast(ElementType.FLOAT16);
    assertArrayEquals(new float[] {0, Float.NaN, 3}, AxisStatistics.absoluteMaximum(source, 0));
    assertEquals(1, QuantizationParameters.scale(SymmetricFormat.INT8, 0));
    assertEquals(1, QuantizationParameters.scale(SymmetricFormat.FLOAT8E4M3FN, Float.MIN_VALUE));
    DoptException error =
        assertThrows(
            DoptException.class,
            () -> QuantizationParameters.perAxis(SymmetricFormat.INT8, 0, 1, Float.NaN, 1));
    assertEquals(ErrorCode.INTERNAL, error.code());
  }

  @Test
  void saturates() {
    DenseTensor source = DenseTensor.ofFloats(List.of(5L), -1e30f, -128.6f, 127.6f, 1e30f, 0.5f);
    LazyTensor quantized =
        LazyTensors.quantize(source, QuantizationParameters.perTensor(SymmetricFormat.INT8, 1));
    assertArrayEquals(new long[] {-128, -128, 127, 127, 0}, DenseTensor.read(quantized).toLongs());
  }

  @Test
  void fingerprintsTellParametersApart() {
    DenseTensor source = noise(4, 4);
    LazyTensor one =
        LazyTensors.quantize(
            source, QuantizationParameters.perAxis(SymmetricFormat.INT8, 0, 1, 2, 3, 4));
    LazyTensor same =
        LazyTensors.quantize(
            noise(4, 4), QuantizationParameters.perAxis(SymmetricFormat.INT8, 0, 1, 2, 3, 4));
    LazyTensor other =
        LazyTensors.quantize(
            source, QuantizationParameters.perAxis(SymmetricFormat.INT8, 1, 1, 2, 3, 4));
    assertEquals(one.fingerprint(), same.fingerprint());
    assertNotEquals(one.fingerprint(), other.fingerprint());
  }

  @Test
  void scalesAlongAnAxis() {
    DenseTensor source = DenseTensor.ofFloats(List.of(2L, 3L), 1, 2, 3, 4, 5, 6);
    assertArrayEquals(
        new float[] {2, 4, 6, -4, -5, -6},
        DenseTensor.read(LazyTensors.scaleAxis(source, 0, 2, -1)).toFloats());
    LazyTensor scaled = LazyTensors.scaleAxis(source.cast(ElementType.BFLOAT16), 1, 1, 10, 100);
    assertEquals(ElementType.BFLOAT16, scaled.elementType());
    assertArrayEquals(new float[] {1, 20, 300, 4, 50, 600}, DenseTensor.read(scaled).toFloats());
  }

  @Test
  void refusesWhatDoesNotFit() {
    DenseTensor source = noise(4, 3);
    assertThrows(DoptException.class, () -> LazyTensors.scaleAxis(source, 0, 1, 2, 3));
    assertThrows(DoptException.class, () -> LazyTensors.scaleAxis(source, 2, 1, 2, 3));
    assertThrows(
        DoptException.class,
        () ->
            LazyTensors.quantize(
                source, QuantizationParameters.perAxis(SymmetricFormat.INT8, 0, 1, 2, 3)));
    assertThrows(
        DoptException.class,
        () -> AxisStatistics.absoluteMaximum(source, new Granularity.Blocked(0, 0)));
    LazyTensor quantized =
        LazyTensors.quantize(source, QuantizationParameters.perTensor(SymmetricFormat.INT4, 1));
    assertThrows(DoptException.class, () -> LazyTensors.transpose(quantized, List.of(1, 0)));
  }
}
