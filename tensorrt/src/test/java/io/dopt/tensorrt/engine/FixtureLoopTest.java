package io.dopt.tensorrt.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plans are compared with is sound by itself. */
class FixtureLoopTest {
  @TempDir Path folder;

  @Test
  void theModelsAndTheLoopRunWithoutAGpu() throws IOException {
    try (ComponentEngines engines =
        new ComponentEngines(
            PlanFixture.onnx(folder, "denoiser-a.onnx"), EngineOptions.defaults())) {
      float[] latents = FixtureLoop.onHost(engines);

      assertEquals(PlanFixture.ELEMENTS, latents.length);
      for (float latent : latents) {
        assertTrue(Float.isFinite(latent) && latent != 0, Float.toString(latent));
      }
    }
  }
}
