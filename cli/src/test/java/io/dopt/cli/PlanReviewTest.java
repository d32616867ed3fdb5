package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.evals.gate.GateNames;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@link CopiedPlans}; the speed of a copy against its like is about one. */
class PlanReviewTest {
  @TempDir static Path folder;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeAll
  static void compile() {
    compile("cpu");
    compile("package", "--target", "tensorrt", "--portable");
    compile("dynamic-package", "--target", "tensorrt", "--portable", "--dynamic");
    compile("f32-package", "--target", "tensorrt", "--portable", "--precision", "f32");
    compile("bf16", "--target", "tensorrt", "--portable", "--compute-type", "bf16");
    CopiedPlans plans = new CopiedPlans("550.54");
    plans.build(folder.resolve("package"), folder.resolve("plans"));
    plans.build(folder.resolve("dynamic-package"), folder.resolve("dynamic-plans"));
    plans.build(folder.resolve("f32-package"), folder.resolve("f32-plans"));
    new CopiedPlans("580.65").build(folder.resolve("package"), folder.resolve("other-plans"));
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

  private PlanReview review(String against, List<String> budget) {
    PrintStream nowhere = new PrintStream(said, true, StandardCharsets.UTF_8);
    Console console = new Console(nowhere, nowhere, Terminal.PLAIN, false, true, false);
    return new PlanReview(folder.resolve(against), options(budget), console);
  }

  private static ReviewOptions options(List<String> budget) {
    return new ReviewOptions(
        false,
        true,
        true,
        QualityBudget.parse(budget, GateNames.standard()),
        OptionalInt.of(2),
        OptionalInt.of(2),
        OptionalDouble.empty(),
        OptionalLong.empty());
  }

  @Test
  void comparesImagesAndSpeed() {
    PlanReview review = review("plans", List.of());

    assertTrue(review.review(folder.resolve("plans")).isEmpty());

    assertEquals("plans in f16", review.report().speed().orElseThrow().reference());
    assertEquals(2, review.report().gate().orElseThrow().samples());
    assertFalse(said().contains("computes in"), said());
  }

  /** For the default size and batch, which no engine is specialised for. */
  @Test
  void measuresDynamicPlansToo() {
    PlanReview review = review("plans", List.of());
    review.review(folder.resolve("dynamic-plans"));
    assertTrue(review.report().speed().isPresent());

    PlanReview itself = review("dynamic-plans", List.of());
    itself.review(folder.resolve("dynamic-plans"));
    assertTrue(itself.report().speed().isPresent());
  }

  @Test
  void refusesAReferenceThatHoldsNoPlans() {
    assertRefused("cpu", "holds no plans, but engines of onnxruntime");
  }

  @Test
  void refusesPlansOfAnotherMachine() {
    assertRefused("other-plans", "driver 580.65");
  }

  private void assertRefused(String against, String why) {
    PlanReview review = review(against, List.of());

    DoptException refused =
        assertThrows(DoptException.class, () -> review.review(folder.resolve("plans")));

    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
    assertFalse(review.report().speed().isPresent());
  }

  @Test
  void saysWhenTheReferenceIsNotOfHalfPrecision() {
    PlanReview review = review("f32-plans", List.of());

    review.review(folder.resolve("plans"));

    assertTrue(said().contains("f32-plans computes in f32"), said());
    assertEquals("f32-plans in f32", review.report().speed().orElseThrow().reference());
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theSpeedOfAnImitationIsNone() {
    PlanReview review = review("package", List.of());

    review.review(folder.resolve("plans"));

    assertFalse(review.report().speed().isPresent());
    assertTrue(review.report().gate().isPresent());
  }

  @Test
  void refusesWhatIsTooFarFromTheReference() {
    PlanReview review = review("f32-package", List.of("psnr.min>=200"));

    DoptException refused =
        assertThrows(DoptException.class, () -> review.review(folder.resolve("plans")));

    assertEquals(ErrorCode.QUALITY, refused.code());
    assertTrue(
        refused.getMessage().contains("is too far from " + folder.resolve("f32-package")),
        refused.getMessage());
  }

  @Test
  void refusesAReferenceThatTheCpuCannotImitate() {
    DoptException refused = assertThrows(DoptException.class, () -> review("bf16", List.of()));

    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains("bf16"), refused.getMessage());
  }

  /** What one compile of both stages does with its two packages. */
  @Test
  void plansAreHeldAgainstThoseThatAreNotQuantized() {
    compile("stripped", "--target", "tensorrt", "--portable", "--refit", "--strip-plan");
    Path source = folder.resolve("stripped");
    PrintStream nowhere = new PrintStream(said, true, StandardCharsets.UTF_8);
    PlanStage stage =
        new PlanStage(
            new CopiedPlans("550.54"),
            request -> request,
            false,
            new Console(nowhere, nowhere, Terminal.PLAIN, false, true, false));

    BuildReport built =
        stage.build(
            BuildPackage.open(source),
            folder.resolve("held"),
            false,
            Optional.of(
                new PlanStage.Unquantized(
                    source, folder.resolve("unquantized"), options(List.of()))));

    assertTrue(built.text().contains("the time of unquantized in f16"), built.text());
    assertTrue(built.text().contains("2 pairs of images"), built.text());
  }
}
