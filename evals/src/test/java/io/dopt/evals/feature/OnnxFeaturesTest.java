package io.dopt.evals.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dopt.evals.feature.OnnxFeatures.Preparation;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxFeaturesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "feature");
  private static final Preparation NORMALISED =
      new Preparation(Optional.empty(), List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25));

  @TempDir private Path folder;

  /** ((7 y + 3 x + 5 c) mod 11) / 10, as in record.py. */
  private static RgbImage image(int height, int width) {
    float[] values = new float[3 * height * width];
    for (int i = 0; i < values.length; i++) {
      int pixel = i / 3;
      values[i] = (7 * (pixel / width) + 3 * (pixel % width) + 5 * (i % 3)) % 11 / 10f;
    }
    return new RgbImage(new ImageSize(height, width), values);
  }

  @Test
  void layersAndVectorEqualNumpy() throws IOException {
    JsonNode expected = FeatureDistancesTest.expected().get("network");
    try (OnnxFeatures network = open("fixed.onnx", NORMALISED)) {
      ImageFeatures features = network.features(image(8, 6));
      assertEquals(2, features.maps().size());
      FeatureMap layer = features.maps().get(0);
      assertEquals(12, layer.places());
      assertEquals(4, layer.channels());
      assertArrayEquals(floats(expected.get("pooled")), features.vector(), 1e-5f);
      float[] first = new float[4];
      System.arraycopy(layer.values(), 0, first, 0, 4);
      assertArrayEquals(floats(expected.get("first")), first, 1e-5f);
      assertFalse(network.isClip());
    }
  }

  @Test
  void theVectorOfAnImageOutputIsItsAverage() throws IOException {
    JsonNode expected = FeatureDistancesTest.expected().get("network");
    Preparation sized =
        new Preparation(
            Optional.of(new ImageSize(8, 6)), NORMALISED.mean(), NORMALISED.deviation());
    try (OnnxFeatures network = open("any.onnx", sized)) {
      assertArrayEquals(
          floats(expected.get("pooled")), network.features(image(8, 6)).vector(), 1e-5f);
    }
  }

  @Test
  void theLastImagesAreRemembered() {
    try (RecentFeatures network = new RecentFeatures(open("fixed.onnx", Preparation.NONE))) {
      RgbImage image = image(8, 6);
      ImageFeatures features = network.features(image);
      network.features(image(8, 6));
      assertSame(features, network.features(image));
    }
  }

  @Test
  void sizesMustBeKnownAndFit() {
    DoptException unknown =
        assertThrows(DoptException.class, () -> open("any.onnx", Preparation.NONE));
    assertEquals(ErrorCode.USAGE, unknown.code());
    assertTrue(unknown.getMessage().contains("--features-size"), unknown::getMessage);
    Preparation other =
        new Preparation(
            Optional.of(new ImageSize(8, 8)),
            Preparation.NONE.mean(),
            Preparation.NONE.deviation());
    DoptException unfit = assertThrows(DoptException.class, () -> open("fixed.onnx", other));
    assertTrue(unfit.getMessage().contains("takes images of 8x6"), unfit::getMessage);
  }

  @ParameterizedTest
  @CsvSource({
    "matrix.onnx, 'not one image of float32 [N, 3, height, width]'",
    "two.onnx, 'not one image of float32 [N, 3, height, width]'",
    "record.py, 'is no model that ONNX Runtime loads'"
  })
  void otherFilesAreRefused(String file, String part) {
    DoptException e = assertThrows(DoptException.class, () -> open(file, Preparation.NONE));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(FOLDER.resolve("fixed.onnx"));
    Path cut = folder.resolve("cut.onnx");
    for (int length : new int[] {0, 10, whole.length / 2, whole.length - 1}) {
      Files.write(cut, Arrays.copyOf(whole, length));
      DoptException e =
          assertThrows(
              DoptException.class,
              () -> OnnxFeatures.open(cut, Preparation.NONE, EngineOptions.defaults()));
      assertEquals(ErrorCode.BAD_INPUT, e.code(), e::getMessage);
    }
  }

  private static OnnxFeatures open(String file, Preparation preparation) {
    return OnnxFeatures.open(FOLDER.resolve(file), preparation, EngineOptions.defaults());
  }

  private static float[] floats(JsonNode list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).floatValue();
    }
    return values;
  }
}
