package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.image.ImageFiles;
import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderImagesTest {
  @TempDir Path folder;

  @Test
  void takesPngFilesInTheOrderOfTheirNames() throws IOException {
    write("0002.png", 0.2f);
    write("0000.png", 0f);
    write("0010.PNG", 1f);
    Files.writeString(folder.resolve("0001.txt"), "not an image");
    try (FolderImages images = FolderImages.open(folder, 3)) {
      assertEquals(0f, firstValue(images, 0));
      assertEquals(0.2f, firstValue(images, 1));
      assertEquals(1f, firstValue(images, 2));
    }
  }

  @Test
  void refusesAFolderWithTooFewImages() {
    write("0000.png", 0f);
    DoptException refused =
        assertThrows(DoptException.class, () -> FolderImages.open(folder, 2).close());
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("1 PNG images"), refused.getMessage());
    assertTrue(refused.getMessage().contains("2 samples"), refused.getMessage());
  }

  @Test
  void refusesAFileThatIsNoImage() throws IOException {
    Files.writeString(folder.resolve("0000.png"), "not an image");
    try (FolderImages images = FolderImages.open(folder, 1)) {
      DoptException refused = assertThrows(DoptException.class, () -> images.image(0, "", 0));
      assertEquals(ErrorCode.BAD_INPUT, refused.code());
      assertTrue(refused.getMessage().contains("0000.png"), refused.getMessage());
    }
  }

  @Test
  void aReferenceIsABundleWhenItHasAManifest() throws IOException {
    assertEquals(new Reference.ImageFolder(folder), Reference.at(folder));
    Files.writeString(folder.resolve("manifest.json"), "{}");
    assertEquals(new Reference.OtherBundle(folder), Reference.at(folder));
    DoptException refused =
        assertThrows(DoptException.class, () -> Reference.at(folder.resolve("nothing")));
    assertEquals(ErrorCode.IO, refused.code());
  }

  private static float firstValue(FolderImages images, int index) {
    return images.image(index, "", 0).image().values()[0];
  }

  private void write(String name, float value) {
    ImageFiles.writePng(
        new RgbImage(new ImageSize(1, 1), new float[] {value, value, value}),
        Map.of(),
        folder.resolve(name));
  }
}
