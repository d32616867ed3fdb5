package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.gate.GateNames;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With engines of ONNX Runtime in the place of plans; a review asks no engine what it is. */
class PlanReviewTest {
  @TempDir static Path folder;

  @BeforeAll
  static void compile() {
    compile("bundle");
    compile("package", "--target", "tensorrt", "--portable");
    compile("bf16", "--target", "tensorrt", "--portable", "--compute-type", "bf16");
  }

  private static void compile(String output, String... options) {
    Object[] words = new Object[options.length + 6];
    words[0] = "compile";
    words[1] = Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");
    words[2] = "--no-check";
    words[3] = "--no-cache";
    words[4] = "-o";
    words[5] = folder.resolve(output);
    System.arraycopy(options, 0, words, 6, options.length);
    CommandLineRun run = CommandLineRun.of(words);
    assertEquals(0, run.exitCode(), run.err());
  }

  private static PlanReview review(String against, List<String> budget) {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Console console = new Console(nowhere, nowhere, Terminal.PLAIN, false, true, false);
    return new PlanReview(
        folder.resolve(against),
        new ReviewOptions(
            false,
            true,
            true,
            QualityBudget.parse(budget, GateNames.standard()),
            OptionalInt.of(2),
            OptionalInt.of(2),
            OptionalDouble.empty(),
            OptionalLong.empty()),
        console);
  }

  @Test
  void comparesImagesAndSpeed() {
    PlanReview review = review("bundle", List.of());

    assertTrue(review.review(folder.resolve("bundle")).isEmpty());

    assertTrue(review.report().speed().isPresent());
    assertEquals(2, review.report().gate().orElseThrow().samples());
  }

  @Test
  void theSpeedOfAnImitationIsNone() {
    PlanReview review = review("package", List.of());

    review.review(folder.resolve("bundle"));

    assertFalse(review.report().speed().isPresent());
    assertTrue(review.report().gate().isPresent());
  }

  @Test
  void refusesWhatIsTooFarFromTheReference() {
    PlanReview review = review("package", List.of("psnr.min>=200"));

    DoptException refused =
        assertThrows(DoptException.class, () -> review.review(folder.resolve("bundle")));

    assertEquals(ErrorCode.QUALITY, refused.code());
    assertTrue(
        refused.getMessage().contains("is too far from " + folder.resolve("package")),
        refused.getMessage());
  }

  @Test
  void refusesAReferenceThatTheCpuCannotImitate() {
    DoptException refused = assertThrows(DoptException.class, () -> review("bf16", List.of()));

    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains("bf16"), refused.getMessage());
  }
}
