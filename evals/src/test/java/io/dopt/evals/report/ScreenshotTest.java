package io.dopt.evals.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as a browser shows it; the screenshots stay in {@code target/screenshots}. */
class ScreenshotTest {
  private static final int HEIGHT = 1400;

  /** Posts how wide the page is, how wide its contents are, and what stands out of it. */
  private static final String MEASURE =
      "<script>addEventListener('load',()=>{const page=document.documentElement;"
          + "const wide=[...document.querySelectorAll('body *')].filter(element=>"
          + "!element.closest('.scroll table')&&element.getBoundingClientRect().right>"
          + "page.clientWidth+1).map(element=>element.tagName+'.'+element.className);"
          + "parent.postMessage(`client=${page.clientWidth} scroll=${page.scrollWidth} wide=${wide}`,"
          + "'*')})</script>";

  private static final Pattern MEASURED =
      Pattern.compile("<title>client=(\\d+) scroll=(\\d+) wide=([^<]*)</title>");

  @TempDir private static Path folder;

  private static Chromium chromium;
  private static Path page;

  @BeforeAll
  static void render() throws IOException {
    Optional<Path> program = Chromium.find();
    assumeTrue(
        program.isPresent(),
        "no chromium on PATH and none named by CHROME: the page is not looked at");
    chromium = new Chromium(program.get(), Files.createDirectories(folder.resolve("work")));
    page =
        Files.writeString(
            folder.resolve("report.html"),
            HtmlReport.render(ExampleReport.writeGated(folder, 6), folder));
    Files.copy(
        page,
        Files.createDirectories(Path.of("target/screenshots")).resolve("report.html"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  @ParameterizedTest
  @CsvSource({"360, false", "360, true", "1280, false", "1280, true"})
  void looksLikeAPage(int width, boolean dark) throws IOException {
    Path file =
        Path.of("target/screenshots")
            .resolve(width + (dark ? "-dark.png" : "-light.png"))
            .toAbsolutePath();
    Files.deleteIfExists(file);
    chromium.screenshot(page, file, width, HEIGHT, dark);
    BufferedImage window = ImageIO.read(file.toFile());
    assertTrue(window.getWidth() >= width, "width " + window.getWidth());
    BufferedImage shot = window.getSubimage(0, 0, width, window.getHeight());
    ImageIO.write(shot, "png", file.toFile());
    assertTrue(shot.getHeight() >= 1000, "height " + shot.getHeight());
    assertTrue(colours(shot) > 50, colours(shot) + " colours");
    double brightness = brightness(shot);
    assertTrue(dark ? brightness < 0.3 : brightness > 0.7, "brightness " + brightness);
  }

  @ParameterizedTest
  @CsvSource({"360", "768", "1280"})
  void neverScrollsSideways(int width) throws IOException {
    String html = Files.readString(page).replace("</body>", MEASURE + "</body>");
    // Everything folded is unfolded, so that it is measured too.
    Path copy =
        Files.writeString(
            folder.resolve("measured.html"), html.replace("<details>", "<details open>"));
    String document = chromium.documentAfterScripts(copy, width, HEIGHT);
    Matcher measured = MEASURED.matcher(document);
    assertTrue(measured.find(), document);
    assertEquals(Integer.toString(width), measured.group(1), "the frame's width");
    assertEquals("", measured.group(3), "stands out to the right");
    assertEquals(measured.group(1), measured.group(2), "the contents' width");
  }

  private static int colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y += 3) {
      for (int x = 0; x < image.getWidth(); x += 3) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours.size();
  }

  private static double brightness(BufferedImage image) {
    double sum = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int colour = image.getRGB(x, y);
        sum += (colour >> 16 & 255) + (colour >> 8 & 255) + (colour & 255);
      }
    }
    return sum / (3 * 255.0 * image.getWidth() * image.getHeight());
  }
}
