package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.lock.LockFile;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleReviewTest {
  @TempDir Path folder;

  private final Compiler compiler = new Compiler(Targets.standard());
  private PipelineModel model;

  @BeforeEach
  void writeWeights() {
    model = ToyPipeline.write(folder.resolve("source"), 1);
  }

  private CompileSummary compile(CompileOptions options, BundleReview review) {
    return compiler.compile(model, options, CompileListener.NONE, review);
  }

  private CompileOptions to(String name) {
    return CompileOptions.to(folder.resolve(name));
  }

  private static BundleReview adds(PrecisionReport report) {
    return bundle -> new TreeMap<>(Map.of(Bundle.PRECISION, report.toJson()));
  }

  private static PrecisionReport report(String recipe) {
    return PrecisionReport.of("unet", recipe, List.of(Layer.planned("conv", "int8")));
  }

  @Test
  void seesTheBundleBeforeItAppearsAndAddsToIt() throws IOException {
    Path target = folder.resolve("bundle");
    CompileSummary summary =
        compile(
            to("bundle"),
            fresh -> {
              Bundle.open(fresh).verify();
              assertTrue(Files.exists(fresh.resolve(Bundle.LOCK)));
              assertFalse(Files.exists(target));
              return adds(report("int8")).review(fresh);
            });
    Bundle bundle = Bundle.open(target);
    bundle.verify();
    assertEquals(report("int8"), bundle.precisionReport().orElseThrow());
    assertArrayEquals(
        report("int8").toJson(), Files.readAllBytes(target.resolve("precision.json")));
    LockFile lock = LockFile.read(target.resolve(Bundle.LOCK));
    assertTrue(lock.outputs().containsKey("precision.json"));
    assertEquals(
        List.of("plan", "components", "manifest", "check", "review", "commit"),
        List.copyOf(summary.stages().keySet()));
  }

  @Test
  void withoutReviewThereIsNoReport() {
    compile(to("bundle"), BundleReview.NONE);
    assertTrue(Bundle.open(folder.resolve("bundle")).precisionReport().isEmpty());
  }

  @Test
  void aRefusalLeavesNothing() throws IOException {
    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                compile(
                    to("bundle"),
                    fresh -> {
                      throw new DoptException(ErrorCode.SPEED, "too slow");
                    }));
    assertEquals(ErrorCode.SPEED, refused.code());
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(folder.resolve("source")), left.toList());
    }
  }

  @Test
  void theLockCoversWhatTheReviewAdds() {
    compile(to("first"), adds(report("int8")));
    Path lock = folder.resolve("first").resolve(Bundle.LOCK);
    compile(to("second").withExpectedLock(lock), adds(report("int8")));
    DoptException refused =
        assertThrows(
            DoptException.class,
            () -> compile(to("third").withExpectedLock(lock), adds(report("fp8"))));
    assertTrue(refused.getMessage().contains("outputs.precision.json"), refused.getMessage());
  }

  @Test
  void otherInputsFailBeforeTheReview() {
    compile(to("first"), adds(report("int8")));
    Path lock = folder.resolve("first").resolve(Bundle.LOCK);
    model = ToyPipeline.write(folder.resolve("source"), 2);
    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                compile(
                    to("second").withExpectedLock(lock),
                    fresh -> {
                      throw new AssertionError("reviewed");
                    }));
    assertTrue(refused.getMessage().contains("sources.weights"), refused.getMessage());
    assertFalse(refused.getMessage().contains("precision.json"), refused.getMessage());
  }

  @Test
  void aReportOfAnotherComponentIsRefused() {
    PrecisionReport other =
        PrecisionReport.of("transformer", "int8", List.of(Layer.planned("conv", "int8")));
    compile(to("bundle"), adds(other));
    Bundle bundle = Bundle.open(folder.resolve("bundle"));
    DoptException refused = assertThrows(DoptException.class, bundle::precisionReport);
    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("'transformer'"), refused.getMessage());
  }
}
