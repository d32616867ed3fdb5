package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.build.BuildListener;
import io.dopt.compiler.build.BuildRequest;
import io.dopt.compiler.build.BundleBuild;
import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.BuildHost;
import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.build.HardwareCompatibility;
import io.dopt.runtime.build.PlanBuilder;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.runtime.bundle.Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans without weights, which need no GPU to be given others. */
class RefitCommandTest {
  private static final String INSPECTION =
      """
      {"Layers": [{"Name": "none", "LayerType": "NoOp", "Inputs": [], "Outputs": [],
                   "TacticName": "none", "Metadata": ""}], "Bindings": []}
      """;

  @TempDir static Path folder;

  /** Writes files in the place of plans: refitting opens none. */
  private static final class UnopenedPlans implements PlanBuilder {
    @Override
    public String runtime() {
      return TensorRtTarget.NAME;
    }

    @Override
    public BuildHost host() {
      return new BuildHost("a GPU", "9.0", 1L << 33, "550.54", "10.6.0", List.of());
    }

    @Override
    public void build(PlanRequest request, Consumer<String> progress) {
      try {
        Files.writeString(request.plan(), request.title());
        Files.writeString(request.inspection(), INSPECTION);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @BeforeAll
  static void build() {
    compile("package", "f16");
    BuildOptions stripped =
        new BuildOptions(
            3, OptionalLong.empty(), true, true, false, false, HardwareCompatibility.NONE);
    new BundleBuild(new UnopenedPlans())
        .build(
            BuildRequest.of(BuildPackage.open(folder.resolve("package")), folder.resolve("bundle"))
                .withOptions(stripped),
            BuildListener.NONE,
            BundleReview.NONE);
  }

  private static void compile(String name, String precision) {
    CommandLineRun compiled =
        CommandLineRun.of(
            "compile",
            Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny"),
            "--target",
            "tensorrt",
            "--portable",
            "--no-check",
            "--no-cache",
            "--precision",
            precision,
            "-o",
            folder.resolve(name));
    assertEquals(0, compiled.exitCode(), compiled.err());
  }

  private static CommandLineRun refit(String source, String output) {
    return CommandLineRun.of(
        "refit", folder.resolve("bundle"), folder.resolve(source), "-o", folder.resolve(output));
  }

  @Test
  void writesABundleWithEmptyTemporaryFiles() throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    String before = System.setProperty("java.io.tmpdir", temporary.toString());
    CommandLineRun run;
    try {
      run = refit("package", "refitted");
    } finally {
      System.setProperty("java.io.tmpdir", before);
    }

    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.out().contains("plans with other weights"), run.out());
    Bundle refitted = Bundle.open(folder.resolve("refitted"));
    refitted.verify();
    assertEquals(
        Bundle.open(folder.resolve("bundle")).manifest().files().keySet(),
        refitted.manifest().files().keySet());
  }

  @Test
  void refusesWeightsOfAnotherPrecision() {
    compile("int8", "int8");

    CommandLineRun run = refit("int8", "other");

    assertEquals(3, run.exitCode(), run.err());
    assertTrue(run.err().contains("do not fit the plans"), run.err());
    assertFalse(Files.exists(folder.resolve("other")));
  }
}
