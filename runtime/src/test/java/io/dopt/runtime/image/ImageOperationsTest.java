package io.dopt.runtime.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.Sha256;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageOperationsTest {
  /** An image with edges and gradients: (37y + 91x + 53c + 29((xy) mod 7)) mod 256. */
  static RgbImage pattern(int height, int width) {
    float[] values = new float[3 * height * width];
    int next = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          values[next++] = (y * 37 + x * 91 + c * 53 + y * x % 7 * 29) % 256 / 255f;
        }
      }
    }
    return new RgbImage(new ImageSize(height, width), values);
  }

  private static RgbImage constant(int height, int width, float value) {
    float[] values = new float[3 * height * width];
    Arrays.fill(values, value);
    return new RgbImage(new ImageSize(height, width), values);
  }

  /** SHA-256 of the bytes that Pillow's resize gives for the same pattern. */
  @ParameterizedTest
  @CsvSource({
    "LANCZOS, 13, 9, 6, 20, ac81427664af492c80a8e2ee9272d6f8fbc221e05ed0983ad4227fc99cca989c",
    "LANCZOS, 5, 7, 8, 7, fb66873ecb2da148e9079b1bf82c61a9fbc4bb0eacb6ab64687f976326be0a65",
    "LANCZOS, 33, 40, 16, 8, 201b1d0a491efd48bd76c3a58af945bb0ca99c0dd64249bbe4d381c8253fba13",
    "BICUBIC, 13, 9, 6, 20, b52f1f5537433b16d57891b20103f8b080a3790e2a15adc3522c9d2df81a8b71",
    "BICUBIC, 5, 7, 8, 7, decfcd8472b3612a6660edb9821e38e3cdad4a46ddf1fb6d8c7fa9bc2f6c91f0",
    "BICUBIC, 33, 40, 16, 8, 5ebf709b216a51f7dafc32b7272fe4206271cec89dfe0e3272f0e5d2083a5896",
    "BILINEAR, 13, 9, 6, 20, 0d0149199cd889c1f07f34109e783c0508efe33319cc4fedfdacff1fce0173db",
    "BILINEAR, 5, 7, 8, 7, 538875fd0cf7bd54f2900d8b8a4a8d8e1071f33ec783bd3d487569228b8bb9cf",
    "BILINEAR, 33, 40, 16, 8, 8e7d22a5fc10597f60c70e3b9e1eff9c7829801572004f14d84332d84ac4a02a"
  })
  void resizesToTheBytesOfPillow(
      Resampling filter, int height, int width, int newHeight, int newWidth, String sha256) {
    RgbImage resized =
        PillowResize.resize(pattern(height, width), new ImageSize(newHeight, newWidth), filter);
    byte[] bytes = new byte[resized.values().length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) resized.byteAt(i);
    }
    assertEquals(sha256, Sha256.of(bytes));
  }

  @Test
  void keepsAnImageOfTheRightSize() {
    RgbImage image = pattern(4, 4);
    assertSame(image, PillowResize.resize(image, new ImageSize(4, 4), Resampling.LANCZOS));
  }

  @Test
  void laysImagesOutRowByRow() {
    List<RgbImage> images =
        List.of(constant(1, 2, 0.1f), constant(1, 2, 0.2f), constant(1, 2, 0.3f));
    assertEquals(2, ImageGrid.columnsFor(3));
    RgbImage grid = ImageGrid.of(images, 2);
    assertEquals(new ImageSize(2, 4), grid.size());
    float[] reds = new float[8];
    for (int i = 0; i < reds.length; i++) {
      reds[i] = grid.values()[3 * i];
    }
    assertArrayEquals(new float[] {0.1f, 0.1f, 0.2f, 0.2f, 0.3f, 0.3f, 1f, 1f}, reds);
  }

  @Test
  void findsDegenerateResults() {
    assertEquals(Optional.empty(), ImageCheck.problemOf(pattern(4, 4)));
    assertTrue(ImageCheck.problemOf(constant(4, 4, 0.5f)).orElseThrow().contains("same colour"));
    RgbImage broken = pattern(4, 4);
    broken.values()[7] = Float.NaN;
    assertTrue(ImageCheck.problemOf(broken).orElseThrow().contains("1 of its 48"));
    float[] latents = {1, 2, Float.POSITIVE_INFINITY};
    assertTrue(ImageCheck.problemOfLatents(latents).orElseThrow().contains("1 of 3"));
    assertEquals(Optional.empty(), ImageCheck.problemOfLatents(new float[] {0, 0}));
  }
}
