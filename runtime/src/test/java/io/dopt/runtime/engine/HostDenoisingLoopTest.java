package io.dopt.runtime.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dopt.runtime.ToyBundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the toy unet, which gives {@code sample / 2 + timestep / 10000 + mean of the text}. */
class HostDenoisingLoopTest {
  private static final int ELEMENTS = 4 * 2 * 2;

  @TempDir private Path folder;

  @Test
  void feedsSumsOfTheHistoryToTheDenoiser() {
    try (ComponentEngines engines = engines();
        LoopingCall denoiser = denoiser(engines)) {
      denoiser.input("encoder_hidden_states").put(0, new float[] {0, 0, 0, 0, 1, 1, 1, 1});
      LoopPlan plan =
          new LoopPlan(
              new double[] {1000, 500},
              new float[][] {
                {1, 0, 0, 0, 0, 0},
                {0, -1, 3, 0, 0, 0},
                {0.5f, 0, 0, 1, 10, 100},
              },
              2,
              filled(4),
              List.of(filled(0.25f)));
      List<Integer> told = new ArrayList<>();
      try (EngineCall sampler = engines.prepare(LoopPlan.SAMPLER, plan.samplerBindings())) {
        // first step: 4 / 2 + 0.1 = 2.1 and, with its text, 3.1; second: 9.3 - 2.1 = 7.2 in
        float[] latents = denoiser.denoise(sampler, plan, step -> told.add(step));
        assertArrayEquals(filled(2 + 3.65f + 46.5f + 25), latents, 1e-4f);
        assertEquals(List.of(1, 2), told);
        // again, over what the first loop left
        assertArrayEquals(latents, denoiser.denoise(sampler, plan, StepObserver.NONE));
      }
    }
  }

  @Test
  void stopsWhenToldTo() {
    try (ComponentEngines engines = engines();
        LoopingCall denoiser = denoiser(engines)) {
      LoopPlan plan =
          new LoopPlan(new double[5], new float[6][11], 2, new float[ELEMENTS], List.of());
      try (EngineCall sampler = engines.prepare(LoopPlan.SAMPLER, plan.samplerBindings())) {
        DoptException stopped =
            assertThrows(
                DoptException.class, () -> denoiser.denoise(sampler, plan, step -> step < 2));
        assertEquals(ErrorCode.INTERRUPTED, stopped.code());
        assertEquals("Interrupted after 2 of 5 steps.", stopped.getMessage());
      }
    }
  }

  private ComponentEngines engines() {
    return new ComponentEngines(
        ToyBundle.stableDiffusion(folder).withSampler(20).open(),
        EngineOptions.defaults().withThreads(1));
  }

  private static LoopingCall denoiser(ComponentEngines engines) {
    return new HostDenoisingLoop(
        engines.prepare("unet", Map.of("batch", 2L, "height", 2L, "width", 2L, "sequence", 1L)));
  }

  private static float[] filled(float value) {
    float[] values = new float[ELEMENTS];
    Arrays.fill(values, value);
    return values;
  }
}
