package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import io.dopt.runtime.bundle.Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Build packages with plans in place of their engines as model repositories. Plans are any bytes
 * here: what is told of them is what counts.
 */
class TritonPlansTest {
  @TempDir Path folder;

  private CommandLineRun deploy(String fixture, boolean versionCompatible) throws Exception {
    Path checkpoint = Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", fixture);
    CommandLineRun compiled =
        CommandLineRun.of(
            "compile",
            checkpoint,
            "--target=tensorrt",
            "--portable",
            "-o",
            folder.resolve("package"),
            "--no-cache");
    assertEquals(0, compiled.exitCode(), compiled.err());
    ArbitraryPlans.write(
        Bundle.open(folder.resolve("package")), folder.resolve("bundle"), versionCompatible);
    CommandLineRun run =
        CommandLineRun.of(
            "deploy", folder.resolve("bundle"), "--to", "triton", folder.resolve("repository"));
    assertEquals(0, run.exitCode(), run.err());
    return run;
  }

  private List<String> models() throws Exception {
    try (Stream<Path> entries = Files.list(folder.resolve("repository"))) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  private Message config(String model) throws Exception {
    return TritonImitation.parse(folder.resolve("repository").resolve(model + "/config.pbtxt"));
  }

  private static Message input(Message config, String name) {
    return TritonImitation.messages(config, "input").stream()
        .filter(input -> name.equals(TritonImitation.get(input, "name")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPlanIsHandedItsTimestepAsAVectorAloneAndInTheEnsemble() throws Exception {
    CommandLineRun run = deploy("sd15-tiny", false);
    List<String> denoisers =
        models().stream().filter(name -> name.startsWith("unet")).collect(Collectors.toList());
    assertFalse(denoisers.isEmpty(), models().toString());
    List<String> ensembles =
        models().stream().filter(name -> name.startsWith("denoise_step")).toList();
    assertFalse(ensembles.isEmpty(), models().toString());
    for (String denoiser : denoisers) {
      assertEquals("tensorrt_plan", TritonImitation.get(config(denoiser), "platform"), denoiser);
      assertTrue(
          Files.readString(folder.resolve("repository").resolve(denoiser + "/1/model.plan"))
              .startsWith("no plan, for unet/"));
    }
    for (String model : Stream.concat(denoisers.stream(), ensembles.stream()).toList()) {
      Message timestep = input(config(model), "timestep");
      assertEquals(List.of(1L), TritonImitation.longs(timestep, "dims"), model);
      assertEquals("TYPE_FP32", TritonImitation.get(timestep, "data_type").toString(), model);
      assertEquals(0, TritonImitation.get(config(model), "max_batch_size"), model);
    }
    assertFalse(run.out().contains("No ensemble"), run.out());
    assertFalse(run.out().contains("version-compatible"), run.out());
  }

  @Test
  void ofTwoTextEncodersThereIsNoEnsembleWhichIsSaid() throws Exception {
    CommandLineRun run = deploy("sdxl-tiny", true);
    assertTrue(models().stream().noneMatch(name -> name.startsWith("denoise_step")));
    assertTrue(run.out().contains("No ensemble: the denoiser takes the features of 2"), run.out());
    // Without it Triton's TensorRT backend refuses version compatible plans.
    String option = "--backend-config=tensorrt,version-compatible=true";
    assertTrue(run.out().strip().endsWith("/repository " + option), run.out());
    assertTrue(Files.readString(folder.resolve("repository/dopt-triton.json")).contains(option));
  }
}
