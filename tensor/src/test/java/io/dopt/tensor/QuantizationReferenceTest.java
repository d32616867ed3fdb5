package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against {@code testdata/quantization}: bytes and scales are equal, nothing is tolerated. */
class QuantizationReferenceTest {
  private SafetensorsFile reference;

  @BeforeEach
  void open() {
    reference =
        SafetensorsFile.open(
            Path.of(
                System.getProperty("dopt.root"), "testdata/quantization/reference.safetensors"));
  }

  @AfterEach
  void close() {
    reference.close();
  }

  private static String name(SymmetricFormat format) {
    return switch (format) {
      case INT8 -> "i8";
      case INT4 -> "i4";
      case FLOAT8E4M3FN -> "f8";
    };
  }

  private static List<Granularity> granularities() {
    return List.of(
        new Granularity.PerTensor(),
        new Granularity.PerAxis(0),
        new Granularity.PerAxis(1),
        new Granularity.PerAxis(2),
        new Granularity.Blocked(1, 16),
        new Granularity.Blocked(0, 4),
        new Granularity.Blocked(2, 2));
  }

  private static String name(Granularity granularity) {
    if (granularity instanceof Granularity.PerAxis perAxis) {
      return "axis" + perAxis.axis();
    }
    return granularity instanceof Granularity.Blocked blocked ? "block" + blocked.axis() : "tensor";
  }

  @ParameterizedTest
  @EnumSource
  void quantizesToTheRecordedBytes(SymmetricFormat format) {
    LazyTensor x = reference.tensor("x").orElseThrow();
    for (Granularity granularity : granularities()) {
      String key = name(format) + "." + name(granularity);
      QuantizationParameters parameters =
          QuantizationParameters.ofMaxima(
              format, granularity, x.shape(), AxisStatistics.absoluteMaximum(x, granularity));
      assertArrayEquals(floats(key + ".scale"), parameters.scale().toFloats(), key);
      LazyTensor quantized = LazyTensors.quantize(x, parameters);
      assertEquals(format.elementType(), quantized.elementType());
      assertEquals(x.shape(), quantized.shape());
      byte[] bytes = new byte[(int) quantized.byteSize()];
      DenseTensor.read(quantized).data().get(bytes);
      byte[] recorded = new byte[bytes.length];
      dense(key + ".bytes").data().get(recorded);
      assertArrayEquals(recorded, bytes, key);
    }
  }

  @ParameterizedTest
  @EnumSource
  void dequantizesAsOnnxRuntime(SymmetricFormat format) {
    List<Long> shape = reference.tensor("x").orElseThrow().shape();
    for (Granularity granularity : granularities()) {
      String key = name(format) + "." + name(granularity);
      DenseTensor stored =
          DenseTensor.of(format.elementType(), shape, dense(key + ".bytes").data());
      float[] values = stored.toFloats();
      float[] scales = floats(key + ".scale");
      GroupCursor cursor = GroupCursor.of(shape, granularity);
      for (int i = 0; i < values.length; i++) {
        values[i] *= scales[cursor.next()];
      }
      assertArrayEquals(floats(key + ".dequantized"), values, key);
    }
  }

  @Test
  void roundsToFloat8AsMlDtypes() {
    float[] values = floats("fp8.x");
    byte[] bits = new byte[values.length];
    dense("fp8.bytes").data().get(bits);
    for (int i = 0; i < values.length; i++) {
      int wanted = bits[i] & 0xff;
      assertEquals(wanted, Float8.fromFloat(values[i]) & 0xff, "" + values[i]);
      assertEquals(wanted, SmallFloat.E4M3FN.encode(values[i]), "" + values[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void transposingAndQuantizingCommute(int axis) {
    LazyTensor x = reference.tensor("x").orElseThrow();
    List<Integer> permutation = List.of(2, 0, 1);
    float[] maxima = AxisStatistics.absoluteMaximum(x, axis);
    LazyTensor moved = LazyTensors.transpose(x, permutation);
    int movedAxis = permutation.indexOf(axis);
    assertArrayEquals(maxima, AxisStatistics.absoluteMaximum(moved, movedAxis));
    assertEquals(
        DenseTensor.read(LazyTensors.transpose(quantized(x, axis, maxima), permutation)).data(),
        DenseTensor.read(quantized(moved, movedAxis, maxima)).data());
  }

  private static LazyTensor quantized(LazyTensor source, int axis, float[] maxima) {
    return LazyTensors.quantize(
        source,
        QuantizationParameters.ofMaxima(
            SymmetricFormat.INT8, new Granularity.PerAxis(axis), source.shape(), maxima));
  }

  private DenseTensor dense(String name) {
    return DenseTensor.read(reference.tensor(name).orElseThrow());
  }

  private float[] floats(String name) {
    return dense(name).toFloats();
  }
}
