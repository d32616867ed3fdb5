package io.dopt.tensorrt.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dopt.runtime.build.BuildOptions;
import io.dopt.runtime.build.OptimizationProfile;
import io.dopt.runtime.build.PlanRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process with the real library, as far as it gets without a driver. */
class BuildProcessTest {
  @TempDir private Path folder;

  @Test
  void saysThatThereIsNoDriver() throws IOException {
    assumeTrue(noDriver(), "there is a driver here");
    PlanRequest request = request(Files.createFile(folder.resolve("model.onnx")));
    Path order = Files.write(folder.resolve("order.json"), order(request).toJson());

    DoptException refused =
        assertThrows(
            DoptException.class,
            () ->
                new BuildFork(request, text -> {})
                    .run(TensorRtPlanBuilder.command(request, order), Map.of()));

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(
        refused
            .getMessage()
            .startsWith("unet test could not be built: There is no NVIDIA driver here"),
        refused.getMessage());
    String log = Files.readString(request.log());
    assertTrue(log.startsWith("info: TensorRT 10."), log);
  }

  /** Why the driver is asked first; should a later TensorRT answer instead, this tells. */
  @Test
  void theBuilderEndsItsProcessWithoutADriver() {
    assumeTrue(noDriver(), "there is a driver here");
    PlanRequest request = request(folder.resolve("model.onnx"));
    List<String> command =
        new ArrayList<>(TensorRtPlanBuilder.command(request, folder.resolve("order.json")));
    command.set(command.indexOf(BuildProcess.class.getName()), UnprobedBuild.class.getName());

    DoptException died =
        assertThrows(
            DoptException.class, () -> new BuildFork(request, text -> {}).run(command, Map.of()));

    assertTrue(died.getMessage().contains("crashed (aborted)"), died.getMessage());
    assertTrue(
        died.getMessage().contains("CUDA initialization failure with error: 35"),
        died.getMessage());
  }

  @Test
  void theHostSaysThatThereIsNoDriver() {
    assumeTrue(noDriver(), "there is a driver here");

    DoptException missing =
        assertThrows(DoptException.class, () -> new TensorRtPlanBuilder().host());

    assertEquals(ErrorCode.ENGINE, missing.code());
    assertTrue(
        missing.getMessage().startsWith("There is no NVIDIA driver here"), missing.getMessage());
  }

  @Test
  void aMissingModelIsNamed() {
    Path absent = folder.resolve("absent.onnx");

    DoptException missing =
        assertThrows(
            DoptException.class,
            () -> new TensorRtPlanBuilder().build(request(absent), text -> {}));

    assertEquals(ErrorCode.IO, missing.code());
    assertTrue(missing.getMessage().contains(absent.toString()), missing.getMessage());
    assertFalse(Files.exists(folder.resolve("plan")));
  }

  @Test
  void anOrderIsReadAsItWasWritten() throws IOException {
    BuildOrder order = order(request(folder.resolve("model.onnx")));
    Path file = Files.write(folder.resolve("order.json"), order.toJson());

    assertEquals(order, BuildOrder.read(file));
  }

  private BuildOrder order(PlanRequest request) {
    return BuildOrder.of(request, folder.resolve("plan.part"));
  }

  private static boolean noDriver() {
    try {
      CudaDriver.open();
      return false;
    } catch (DoptException e) {
      return true;
    }
  }

  private PlanRequest request(Path model) {
    return new PlanRequest(
        "unet test",
        model,
        new OptimizationProfile(new TreeMap<>()),
        BuildOptions.defaults(),
        folder.resolve("timing"),
        folder.resolve("plan"),
        folder.resolve("inspection"),
        folder.resolve("log"),
        64L << 30,
        Duration.ofMinutes(5));
  }
}
