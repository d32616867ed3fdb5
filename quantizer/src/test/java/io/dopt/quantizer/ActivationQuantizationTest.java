package io.dopt.quantizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.SafetensorsFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ActivationQuantizationTest {
  /** Against {@code testdata/quantization}, exactly. */
  @Test
  void choosesScaleAndZeroPointAsOnnxRuntimeDoes() {
    Path path =
        Path.of(System.getProperty("dopt.root"), "testdata/quantization/reference.safetensors");
    float[] rows;
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      rows = DenseTensor.read(file.tensor("ranges").orElseThrow()).toFloats();
    }
    for (int i = 0; i < rows.length; i += 5) {
      double least = rows[i];
      double most = rows[i + 1];
      assertEquals(
          new ActivationQuantization(ElementType.UINT8, rows[i + 2], (int) rows[i + 3]),
          ActivationQuantization.of(ElementType.UINT8, least, most));
      assertEquals(
          new ActivationQuantization(ElementType.INT8, rows[i + 4], 0),
          ActivationQuantization.of(ElementType.INT8, least, most));
    }
  }

  @Test
  void mapsTheLargestMagnitudeToTheLargestFloat8() {
    assertEquals(
        new ActivationQuantization(ElementType.FLOAT8E4M3FN, 2, 0),
        ActivationQuantization.of(ElementType.FLOAT8E4M3FN, -896, 10));
    assertEquals(1, ActivationQuantization.of(ElementType.FLOAT8E4M3FN, 0, 0).scale());
  }

  @Test
  void refusesWhatIsNoRangeAndTypesThatActivationsDoNotHave() {
    double[][] hostile = {{1, 0}, {Double.NaN, 1}, {0, Double.NaN}, {0, 1e300}, {0, 1 / 0.0}};
    for (double[] range : hostile) {
      assertThrows(
          DoptException.class,
          () -> ActivationQuantization.of(ElementType.UINT8, range[0], range[1]));
    }
    assertThrows(DoptException.class, () -> ActivationQuantization.of(ElementType.INT4, 0, 1));
    assertThrows(DoptException.class, () -> new ActivationQuantization(ElementType.INT8, 1, 3));
    assertThrows(DoptException.class, () -> new ActivationQuantization(ElementType.UINT8, 1, 256));
    assertThrows(DoptException.class, () -> new ActivationQuantization(ElementType.UINT8, 0, 0));
  }
}
