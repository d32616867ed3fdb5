package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.compiler.CompileListener;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.Compiler;
import io.dopt.compiler.Targets;
import io.dopt.importer.checkpoint.Checkpoint;
import io.dopt.importer.checkpoint.CheckpointOptions;
import io.dopt.importer.checkpoint.CheckpointReader;
import io.dopt.importer.family.FamilyBuilders;
import io.dopt.importer.family.PipelineImporter;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A compile makes an image before its bundle appears. */
class CompileCheckTest {
  private static final Path FIXTURE =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir Path folder;

  private List<String> compile(double scalingFactor) {
    try (Checkpoint checkpoint = CheckpointReader.open(FIXTURE, CheckpointOptions.none())) {
      PipelineModel model =
          new PipelineImporter(FamilyBuilders.standard(), false).importPipeline(checkpoint).model();
      ((ObjectNode) model.components().get("vae_decoder").config())
          .put("scaling_factor", scalingFactor);
      return new Compiler(Targets.standard())
          .compile(model, CompileOptions.to(folder.resolve("bundle")), CompileListener.NONE)
          .notices();
    }
  }

  @Test
  void aPipelineThatMakesImagesPassesWithoutNotice() {
    assertEquals(List.of(), compile(0.18215));
  }

  @Test
  void aPipelineThatMakesNoImageIsRefused() {
    // Latents divided by next to nothing overflow, and the decoder's norms make NaN of that.
    DoptException refused = assertThrows(DoptException.class, () -> compile(1e-45));
    assertEquals(ErrorCode.QUALITY, refused.code());
    assertTrue(refused.getMessage().contains("degenerate"), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("bundle")));
  }

  @Test
  void whatWasLeftOutIsAWarningEvenWhenQuietAndInTheDocument() throws IOException {
    Path cache = Files.writeString(folder.resolve("cache"), "a file where the cache should be");
    CommandLineRun run =
        CommandLineRun.of(
            "compile",
            FIXTURE,
            "-o",
            folder.resolve("bundle"),
            "--cache",
            cache,
            "--no-check",
            "--quiet",
            "--json");
    assertEquals(0, run.exitCode(), run.err());
    List<String> warnings = new ArrayList<>();
    new ObjectMapper()
        .readTree(run.out())
        .get("warnings")
        .forEach(warning -> warnings.add(warning.asText()));
    assertTrue(
        warnings.stream().anyMatch(warning -> warning.startsWith("unet was not cached: ")),
        warnings.toString());
    for (String warning : warnings) {
      assertTrue(run.err().contains("dopt: warning: " + warning), run.err());
    }
  }
}
