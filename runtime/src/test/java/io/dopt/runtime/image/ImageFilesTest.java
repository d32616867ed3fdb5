package io.dopt.runtime.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFilesTest {
  private static final Path SAMPLES =
      Path.of(System.getProperty("dopt.root"), "runtime/src/test/resources/images");

  @TempDir private Path folder;

  private static int[] bytes(RgbImage image) {
    return IntStream.range(0, image.values().length).map(image::byteAt).toArray();
  }

  private static RgbImage random(int height, int width) {
    Random random = new Random(1);
    float[] values = new float[3 * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(256) / 255f;
    }
    return new RgbImage(new ImageSize(height, width), values);
  }

  @Test
  void textThatIsWrittenIsReadAgain() throws IOException {
    Path file = folder.resolve("text.png");
    Map<String, String> text = Map.of("dopt", "{\"a\": 1}", "prompt", "\u661f \u00e9");
    ImageFiles.writePng(new RgbImage(new ImageSize(1, 1), new float[] {0, 0.5f, 1}), text, file);
    assertEquals(text, PngTextEntries.read(file));

    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertTrue(PngTextEntries.read(file).size() <= 2);
    }
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] mutated = whole.clone();
      mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      Files.write(file, mutated);
      assertTrue(PngTextEntries.read(file).size() <= 2);
    }
  }

  @Test
  void writesAndReadsTheSamePixels() {
    RgbImage image = random(5, 7);
    Path file = folder.resolve("image.png");
    ImageFiles.writePng(image, Map.of(), file);
    RgbImage read = ImageFiles.read(file);
    assertEquals(image.size(), read.size());
    assertArrayEquals(image.values(), read.values());
  }

  @Test
  void keepsTextAndReplacesAnExistingFile() throws IOException {
    Path file = folder.resolve("image.png");
    Files.writeString(file, "old");
    ImageFiles.writePng(random(2, 2), Map.of("parameters", "a red star", "dopt", "日本 \"é\""), file);
    byte[] png = Files.readAllBytes(file);
    assertTrue(contains(png, "tEXtparameters\0a red star".getBytes(StandardCharsets.ISO_8859_1)));
    // iTXt: keyword, no compression, no language, no translated keyword.
    assertTrue(contains(png, "iTXtdopt\0\0\0\0\0日本 \"é\"".getBytes(StandardCharsets.UTF_8)));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  private static boolean contains(byte[] all, byte[] part) {
    return IntStream.rangeClosed(0, all.length - part.length)
        .anyMatch(i -> Arrays.equals(all, i, i + part.length, part, 0, part.length));
  }

  /** What Pillow's convert("RGB") gives for the first and last pixel of the samples. */
  @ParameterizedTest
  @CsvSource({
    "gray8.png, 5 5 5, 225 225 225",
    "gray16.png, 5 5 5, 225 225 225",
    "gray_alpha.png, 5 5 5, 225 225 225",
    "rgba.png, 5 2 250, 225 112 30",
    "palette.png, 5 2 250, 225 112 30",
    "bilevel.png, 0 0 0, 255 255 255"
  })
  void readsEveryKindOfPngAsPillowDoes(String file, String first, String last) {
    int[] bytes = bytes(ImageFiles.read(SAMPLES.resolve(file)));
    assertEquals(3 * 3 * 4, bytes.length);
    assertArrayEquals(numbers(first), Arrays.copyOf(bytes, 3));
    assertArrayEquals(numbers(last), Arrays.copyOfRange(bytes, 33, 36));
  }

  private static int[] numbers(String text) {
    return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not an image", "\u0089PNG\r\n\u001a\n"})
  void refusesWhatIsNoImage(String content) throws IOException {
    Path file = folder.resolve("image.png");
    Files.writeString(file, content, StandardCharsets.ISO_8859_1);
    DoptException error = assertThrows(DoptException.class, () -> ImageFiles.read(file));
    assertEquals(ErrorCode.BAD_INPUT, error.code());
    assertTrue(error.getMessage().contains("image.png"), error.getMessage());
  }

  @Test
  void refusesAMissingFileAndAnUnwritableFolder() {
    Path missing = folder.resolve("missing/image.png");
    assertEquals(
        ErrorCode.IO, assertThrows(DoptException.class, () -> ImageFiles.read(missing)).code());
    DoptException error =
        assertThrows(
            DoptException.class, () -> ImageFiles.writePng(random(2, 2), Map.of(), missing));
    assertEquals(ErrorCode.IO, error.code());
    assertTrue(error.getMessage().startsWith(missing + " ("), error.getMessage());
    assertFalse(error.getMessage().contains("Exception"), error.getMessage());
  }

  @Test
  void refusesAHugeDeclaredSizeUnread() throws IOException {
    Path file = folder.resolve("bomb.png");
    byte[] png = Files.readAllBytes(SAMPLES.resolve("gray8.png"));
    // Width and height of IHDR, and its checksum.
    java.nio.ByteBuffer header = java.nio.ByteBuffer.wrap(png);
    header.putInt(16, 1 << 20).putInt(20, 1 << 20);
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(png, 12, 17);
    header.putInt(29, (int) crc.getValue());
    Files.write(file, png);
    DoptException error = assertThrows(DoptException.class, () -> ImageFiles.read(file));
    assertTrue(error.getMessage().contains("1048576x1048576"), error.getMessage());
  }

  @Test
  void survivesSeededMutations() throws IOException {
    byte[] original = Files.readAllBytes(SAMPLES.resolve("palette.png"));
    Path file = folder.resolve("mutated.png");
    Random random = new Random(20261121);
    int refused = 0;
    for (int round = 0; round < 500; round++) {
      byte[] mutated = original.clone();
      for (int edit = random.nextInt(4); edit >= 0; edit--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, Arrays.copyOf(mutated, mutated.length - random.nextInt(20)));
      try {
        ImageFiles.read(file);
      } catch (DoptException e) {
        refused++;
      }
    }
    assertTrue(refused > 50, "only " + refused + " of 500 mutations were refused");
  }

  @Test
  void roundsAndClampsTo8BitsAsNumPy() {
    RgbImage image =
        new RgbImage(
            new ImageSize(1, 2),
            new float[] {-0.5f, 1.5f, 0.5f / 255f, 1.5f / 255f, 1f, Float.NaN});
    assertArrayEquals(new int[] {0, 255, 0, 2, 255, 0}, bytes(image));
  }
}
