package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.build.PlanHost;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensorrt.cuda.CudaDriver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through the way that every pipeline takes; none of these gets as far as TensorRT. */
class PlanRefusalTest {
  private static final Map<String, Long> BINDINGS = Map.of("batch", 1L);

  @TempDir Path folder;

  @Test
  void refusesAPlanThatWasCutShortAfterTheBundleWasOpened() throws IOException {
    Bundle bundle = PlanBundle.write(folder, Optional.of(PlanBundle.HOST));
    Files.writeString(folder.resolve(PlanBundle.PLAN), "not a plan");

    DoptException refused = refused(bundle, EngineOptions.defaults());

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("unet/batch1.plan"), refused.getMessage());
    assertTrue(
        refused.getMessage().contains("10 bytes, the manifest says 17"), refused.getMessage());
  }

  @Test
  void refusesAnEmptyPlan() throws IOException {
    Bundle bundle = PlanBundle.write(folder, Optional.of(PlanBundle.HOST));
    Files.write(folder.resolve(PlanBundle.PLAN), new byte[0]);

    assertEquals(ErrorCode.BAD_INPUT, refused(bundle, EngineOptions.defaults()).code());
  }

  @Test
  void refusesAPlanOfAnotherHash() throws IOException {
    Bundle bundle = PlanBundle.write(folder, Optional.of(PlanBundle.HOST));
    Files.write(
        folder.resolve(PlanBundle.PLAN), "NOT a plan at all".getBytes(StandardCharsets.UTF_8));

    DoptException refused = refused(bundle, EngineOptions.defaults());

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("it has the sha256"), refused.getMessage());
  }

  @Test
  void refusesPlansThatDoNotSayWhatTheyRunOn() throws IOException {
    Bundle bundle = PlanBundle.write(folder, Optional.empty());

    DoptException refused = refused(bundle, EngineOptions.defaults());

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("no build/host.json"), refused.getMessage());
  }

  @Test
  void refusesAStrippedPlanWithoutTheFileThatItsWeightsAreIn() throws IOException {
    PlanHost host = PlanBundle.HOST;
    PlanHost stripped =
        new PlanHost(
            host.formatVersion(),
            host.device(),
            host.computeCapability(),
            host.driver(),
            host.library(),
            host.versionCompatible(),
            host.hardwareCompatibility(),
            true);
    Bundle bundle = PlanBundle.write(folder, Optional.of(stripped));

    DoptException refused = refused(bundle, EngineOptions.defaults());

    assertEquals(ErrorCode.BAD_INPUT, refused.code());
    assertTrue(refused.getMessage().contains("no 'unet/batch1.onnx'"), refused.getMessage());
  }

  @Test
  void refusesSettingsOfOtherEnginesBeforeItReadsAnything() throws IOException {
    Bundle bundle = PlanBundle.write(folder, Optional.of(PlanBundle.HOST));
    EngineOptions options =
        new EngineOptions(0, Map.of("session.disable_prepacking", "1"), Optional.empty());

    DoptException refused = refused(bundle, options);

    assertEquals(ErrorCode.USAGE, refused.code());
    assertTrue(refused.getMessage().contains("session.disable_prepacking"), refused.getMessage());
  }

  /** The plan is what the manifest says; the next thing asked for is the driver. */
  @Test
  void asksForTheDriverBeforeTensorRt() throws IOException {
    Assumptions.assumeTrue(driverIsMissing(), "there is a GPU here");
    Bundle bundle = PlanBundle.write(folder, Optional.of(PlanBundle.HOST));

    DoptException refused = refused(bundle, EngineOptions.defaults());

    assertEquals(ErrorCode.ENGINE, refused.code());
    assertTrue(refused.getMessage().contains("NVIDIA driver"), refused.getMessage());
  }

  private static boolean driverIsMissing() {
    try {
      CudaDriver.open();
      return false;
    } catch (DoptException e) {
      return true;
    }
  }

  private static DoptException refused(Bundle bundle, EngineOptions options) {
    try (ComponentEngines engines = new ComponentEngines(bundle, options)) {
      return assertThrows(
          DoptException.class, () -> engines.prepare(PlanBundle.COMPONENT, BINDINGS));
    }
  }
}
