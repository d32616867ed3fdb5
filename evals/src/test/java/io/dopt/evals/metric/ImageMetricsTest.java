package io.dopt.evals.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Against values recorded with scikit-image by {@code src/test/resources/metric/record.py}. */
class ImageMetricsTest {
  private static final Path RECORDED = Path.of("src/test/resources/metric");

  @Test
  void everyMetricEqualsItsRecordedValue() throws IOException {
    JsonNode pairs =
        new ObjectMapper().readTree(RECORDED.resolve("expected.json").toFile()).get("pairs");
    assertEquals(6, pairs.size());
    try (SafetensorsFile images = SafetensorsFile.open(RECORDED.resolve("pairs.safetensors"))) {
      for (Iterator<Map.Entry<String, JsonNode>> it = pairs.fields(); it.hasNext(); ) {
        Map.Entry<String, JsonNode> pair = it.next();
        RgbImage candidate = image(images, pair.getKey() + ".candidate");
        RgbImage reference = image(images, pair.getKey() + ".reference");
        for (ImageMetric metric : ImageMetrics.standard()) {
          assertEquals(
              pair.getValue().get(metric.name()).doubleValue(),
              metric.compare(candidate, reference).orElseThrow(),
              1e-9,
              pair.getKey() + " " + metric.name());
        }
      }
    }
  }

  @Test
  void identicalImagesHaveTheBestValueOfEveryMetric() {
    RgbImage image = ramp(12, 13);
    assertEquals(
        PeakSignalToNoiseRatio.MAXIMUM,
        new PeakSignalToNoiseRatio().compare(image, image).orElseThrow());
    assertEquals(1, new StructuralSimilarity().compare(image, image).orElseThrow(), 1e-12);
    assertEquals(0, new MaximumAbsoluteError().compare(image, image).orElseThrow());
    assertEquals(0, new MeanAbsoluteError().compare(image, image).orElseThrow());
  }

  @Test
  void structuralSimilarityIsAbsentBelowOneWindow() {
    assertEquals(
        OptionalDouble.empty(), new StructuralSimilarity().compare(ramp(10, 40), ramp(10, 40)));
    assertEquals(
        OptionalDouble.empty(), new StructuralSimilarity().compare(ramp(40, 10), ramp(40, 10)));
  }

  @Test
  void everyMetricRefusesDifferentSizes() {
    for (ImageMetric metric : ImageMetrics.standard()) {
      DoptException refused =
          assertThrows(
              DoptException.class, () -> metric.compare(ramp(12, 16), ramp(16, 12)), metric::name);
      assertEquals(ErrorCode.BAD_INPUT, refused.code());
      assertTrue(refused.getMessage().contains("12x16"), refused.getMessage());
      assertTrue(refused.getMessage().contains("16x12"), refused.getMessage());
    }
  }

  private static RgbImage image(SafetensorsFile file, String name) {
    DenseTensor tensor = DenseTensor.read(file.tensor(name).orElseThrow());
    return new RgbImage(
        new ImageSize(
            Math.toIntExact(tensor.shape().get(0)), Math.toIntExact(tensor.shape().get(1))),
        tensor.toFloats());
  }

  private static RgbImage ramp(int height, int width) {
    float[] samples = new float[height * width * RgbImage.CHANNELS];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) i / samples.length;
    }
    return new RgbImage(new ImageSize(height, width), samples);
  }
}
