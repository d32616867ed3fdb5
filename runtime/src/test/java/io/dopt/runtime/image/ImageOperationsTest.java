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
  private static RgbImage pattern(int height, int width) {
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

  /** SHA-256 of the bytes that Pillow's resize(..., LANCZOS) gives for the same pattern. */
  @ParameterizedTest
  @CsvSource({
    "13, 9, 6, 20, ac81427664af492c80a8e2ee9272d6f8fbc221e05ed0983ad4227fc99cca989c",
    "5, 7, 8, 7, fb66873ecb2da148e9079b1bf82c61a9fbc4bb0eacb6ab64687f976326be0a65",
    "33, 40, 16, 8, 201b1d0a491efd48bd76c3a58af945bb0ca99c0dd64249bbe4d381c8253fba13"
  })
  void resizesToTheBytesOfPillow(
      int height, int width, int newHeight, int newWidth, String sha256) {
    RgbImage resized =
        LanczosResize.resize(pattern(height, width), new ImageSize(newHeight, newWidth));
    byte[] bytes = new byte[resized.values().length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) resized.byteAt(i);
    }
    assertEquals(sha256, Sha256.of(bytes));
  }

  @Test
  void keepsAnImageOfTheRightSize() {
    RgbImage image = pattern(4, 4);
    assertSame(image, LanczosResize.resize(image, new ImageSize(4, 4)));
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
