package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.evals.feature.ClipScorer;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.image.RgbImage;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo's CLIP, read by our importer and compiled, gives the embeddings that transformers
 * recorded ({@code examples/shapes-world-provenance}, {@code testdata/clip}).
 */
class ClipScoreTest {
  private static final Path EXAMPLES = Path.of(System.getProperty("dopt.root"), "examples");
  private static final Path PROVENANCE = EXAMPLES.resolve("shapes-world-provenance");
  private static final Path RECORDED =
      Path.of(System.getProperty("dopt.root"), "testdata", "clip", "example.safetensors");
  private static final int WIDTH = 64;

  @TempDir private Path folder;

  @Test
  void textEmbeddingsAndScoresEqualTransformers() throws IOException {
    JsonNode prompts =
        new JsonMapper().readTree(PROVENANCE.resolve("reference.json").toFile()).get("prompts");
    float[] seen = recorded(PROVENANCE.resolve("reference.safetensors"), "clip.image_embeds");
    float[] read = recorded(PROVENANCE.resolve("reference.safetensors"), "clip.text_embeds");
    try (CompiledClip clip = open(EXAMPLES.resolve("shapes-world-clip"))) {
      ClipScorer scorer = new ClipScorer(clip.model());
      for (int i = 0; i < prompts.size(); i++) {
        String prompt = prompts.get(i).textValue();
        float[] wanted = row(read, i);
        assertEquals(0, distance(wanted, clip.model().textEmbedding(prompt)), 1e-5);
        // These images were not rounded to 8 bits when they were recorded.
        assertEquals(dot(row(seen, i), wanted), scorer.score(image(i), prompt), 1e-3);
      }
    }
  }

  /** Of four images of the model's size, and of one that is resized. */
  @Test
  void imageEmbeddingsEqualTransformers() {
    float[] recorded = recorded(RECORDED, "image_embeds");
    try (CompiledClip clip = open(EXAMPLES.resolve("shapes-world-clip"))) {
      for (int i = 0; i < 5; i++) {
        RgbImage image = i < 4 ? image(i) : pattern(96, 80);
        float[] wanted = row(recorded, i);
        double error = distance(wanted, clip.model().imageEmbedding(image));
        assertEquals(0, error, 1e-5, "image " + i);
      }
    }
  }

  @Test
  void aBundleOfItGivesTheSame() {
    Path bundle = folder.resolve("bundle");
    CommandLineRun run =
        CommandLineRun.of("compile", EXAMPLES.resolve("shapes-world-clip"), "-o", bundle);
    assertEquals(0, run.exitCode(), run.err());
    try (CompiledClip clip = open(bundle)) {
      float[] wanted = row(recorded(RECORDED, "image_embeds"), 0);
      assertEquals(0, distance(wanted, clip.model().imageEmbedding(image(0))), 1e-5);
    }
    assertTrue(Files.exists(bundle), "a bundle that was given stays");
  }

  @Test
  void preprocessingOfAnotherClipIsRefused() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    try (Stream<Path> files = Files.list(EXAMPLES.resolve("shapes-world-clip"))) {
      for (Path file : files.toList()) {
        Files.copy(file, other.resolve(file.getFileName()));
      }
    }
    Files.writeString(
        other.resolve("preprocessor_config.json"), "{\"size\": 32, \"crop_size\": 32}");
    DoptException e = assertThrows(DoptException.class, () -> open(other));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains("the vision model takes 64x64"), e::getMessage);
  }

  @Test
  void whatIsNoClipIsRefused() {
    DoptException e =
        assertThrows(DoptException.class, () -> open(EXAMPLES.resolve("shapes-world")));
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains("is no CLIP: it holds a StableDiff"), e::getMessage);
  }

  private static CompiledClip open(Path path) {
    return CompiledClip.open(path, "CLIP", EngineOptions.defaults());
  }

  private static RgbImage image(int index) {
    float[] images = recorded(PROVENANCE.resolve("reference.safetensors"), "e2e.image");
    int size = images.length / 4;
    return new RgbImage(
        new ImageSize(64, 64), Arrays.copyOfRange(images, index * size, (index + 1) * size));
  }

  private static RgbImage pattern(int height, int width) {
    float[] values = new float[3 * height * width];
    for (int i = 0; i < values.length; i++) {
      int y = i / 3 / width;
      int x = i / 3 % width;
      values[i] = (y * 37 + x * 91 + i % 3 * 53 + y * x % 7 * 29) % 256 / 255f;
    }
    return new RgbImage(new ImageSize(height, width), values);
  }

  private static float[] recorded(Path path, String name) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return DenseTensor.read(file.tensor(name).orElseThrow()).toFloats();
    }
  }

  private static float[] row(float[] rows, int index) {
    return Arrays.copyOfRange(rows, index * WIDTH, (index + 1) * WIDTH);
  }

  /** Of the directions of two vectors. */
  private static double distance(float[] recorded, float[] actual) {
    double scale = 1 / Math.sqrt(dot(recorded, recorded));
    double actualScale = 1 / Math.sqrt(dot(actual, actual));
    double squares = 0;
    for (int i = 0; i < recorded.length; i++) {
      double difference = recorded[i] * scale - actual[i] * actualScale;
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }

  private static double dot(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (double) left[i] * right[i];
    }
    return sum;
  }
}
