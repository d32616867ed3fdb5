package io.dopt.evals;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.engine.EngineOptions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EvaluationDefaultsTest {
  private static OptionalInt steps(OptionalInt asked, String pipeline) {
    BundleManifest manifest =
        new BundleManifest(
            BundleManifest.FORMAT_VERSION,
            "0.1.0",
            pipeline,
            new TreeMap<>(),
            new TreeMap<>(),
            Optional.empty(),
            JsonNodeFactory.instance.objectNode(),
            List.of(),
            List.of(),
            new TreeMap<>());
    Sampling sampling =
        new Sampling(
            7,
            asked,
            OptionalDouble.of(2),
            Optional.empty(),
            Optional.of("DDIMScheduler"),
            Optional.of("blue"));
    Sampling resolved = EvaluationDefaults.sampling(sampling, manifest);
    assertEquals(7, resolved.seed());
    assertEquals(OptionalDouble.of(2), resolved.guidanceScale());
    assertEquals(Optional.of("DDIMScheduler"), resolved.scheduler());
    assertEquals(Optional.of("blue"), resolved.negativePrompt());
    return resolved.steps();
  }

  @Test
  void takesThePipelinesStepsButNoMoreThanTwenty() {
    assertEquals(OptionalInt.of(4), steps(OptionalInt.empty(), "LatentConsistencyModelPipeline"));
    assertEquals(
        OptionalInt.of(4), steps(OptionalInt.empty(), "LatentConsistencyModelImg2ImgPipeline"));
    assertEquals(OptionalInt.of(20), steps(OptionalInt.empty(), "StableDiffusionPipeline"));
    assertEquals(OptionalInt.of(33), steps(OptionalInt.of(33), "LatentConsistencyModelPipeline"));
  }

  @Test
  void theNoiseFloorRunsOnOtherThreadsThanTheEngineHas() {
    for (int threads = 0; threads <= 9; threads++) {
      int own = EngineOptions.defaults().withThreads(threads).resolvedThreads();
      int other = EvaluationDefaults.otherThreads(threads);
      assertTrue(other >= 1);
      assertNotEquals(own, other, "of " + threads);
    }
    int cores = EngineOptions.defaults().resolvedThreads();
    assertEquals(cores > 1 ? cores / 2 : 2, EvaluationDefaults.otherThreads(0));
  }
}
