package io.dopt.runtime.scheduler;

import static io.dopt.runtime.scheduler.RecordedLoops.LAYOUT;
import static io.dopt.runtime.scheduler.RecordedLoops.distance;
import static io.dopt.runtime.scheduler.RecordedLoops.norm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.runtime.scheduler.LoopArithmetic.NotLinear;
import io.dopt.runtime.scheduler.LoopArithmetic.WeightedSums;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every recorded loop as sums in single precision, against the scheduler itself: each input of the
 * denoiser and the final sample differ by at most 1e-5 of their norm plus one float32 rounding of
 * each sample stepped from, with guidance one of each half of the prediction too. Heun's correction
 * divides what it lost to rounding by the lower of two noise levels and multiplies it by the
 * higher.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoopArithmeticTest {
  private static final double TOLERANCE = 1e-5;
  private static final double ROUNDING = 0x1p-24;

  private RecordedLoops recorded;

  @BeforeAll
  void open() throws IOException, URISyntaxException {
    recorded = new RecordedLoops();
  }

  @AfterAll
  void close() {
    recorded.close();
  }

  Stream<String> names() {
    return recorded.names();
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsTheSchedulerWithoutGuidance(String name) {
    check(withoutLimits(recorded.named(name)), OptionalDouble.empty());
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsTheSchedulerWithGuidance(String name) {
    check(withoutLimits(recorded.named(name)), OptionalDouble.of(7.5));
  }

  @ParameterizedTest
  @MethodSource("names")
  void sumsWhatIsNotLimitedAndNothingElse(String name) {
    JsonNode row = recorded.named(name);
    LoopArithmetic arithmetic = arithmetic(RecordedLoops.scheduler(row), row);
    if (isLimited(row)) {
      NotLinear refused = assertInstanceOf(NotLinear.class, arithmetic);
      assertTrue(refused.reason().startsWith(row.get("class").asText() + "Scheduler "));
    } else {
      assertInstanceOf(WeightedSums.class, arithmetic);
    }
  }

  @Test
  void namesTheCauseOfARefusal() {
    assertEquals(
        "DDIMScheduler is not linear in what the denoiser returns (the step at timestep 900.0): "
            + "clip_sample, thresholding and the like look at each value.",
        refusal("DDIM/class-defaults"));
    assertEquals(
        "DDPMScheduler takes a learned variance from the denoiser, which is not linear in it.",
        refusal("DDPM/learned"));
  }

  @Test
  void foldsGuidanceIntoTheWeights() {
    WeightedSums sums =
        new WeightedSums(
            new double[] {9, 4}, new double[][] {{1, 0, 0, 0}, {1, 2, 0, 0}, {1, 2, 3, 4}}, 1);
    assertEquals(2, WeightedSums.copies(OptionalDouble.of(3)));
    assertEquals(
        "[[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, -4.0, 6.0, 0.0, 0.0, 0.0], "
            + "[1.0, -4.0, 6.0, -6.0, 9.0, 4.0]]",
        Arrays.deepToString(sums.coefficients(OptionalDouble.of(3))));
  }

  private String refusal(String name) {
    JsonNode row = recorded.named(name);
    return assertInstanceOf(NotLinear.class, arithmetic(RecordedLoops.scheduler(row), row))
        .reason();
  }

  private static LoopArithmetic arithmetic(Scheduler scheduler, JsonNode row) {
    return LoopArithmetic.of(
        scheduler, RecordedLoops.layOut(scheduler, row), row.get("begin").asInt());
  }

  private static boolean isLimited(JsonNode row) {
    String className = row.get("class").asText();
    JsonNode config = row.get("config");
    boolean clips =
        Set.of("DDIM", "DDPM", "HeunDiscrete", "LCM").contains(className)
            && config.path("clip_sample").asBoolean(className.startsWith("DD"));
    boolean thresholds =
        Set.of("DDIM", "DDPM", "LCM", "DPMSolverMultistep", "UniPCMultistep").contains(className)
            && config.path("thresholding").asBoolean(false);
    return clips || thresholds || config.path("variance_type").asText().startsWith("learned");
  }

  private static JsonNode withoutLimits(JsonNode row) {
    ObjectNode changed = row.deepCopy();
    ObjectNode config = (ObjectNode) changed.get("config");
    config.put("clip_sample", false).put("thresholding", false);
    if (config.path("variance_type").asText().startsWith("learned")) {
      config.put("variance_type", "fixed_small");
    }
    return changed;
  }

  private void check(JsonNode row, OptionalDouble guidance) {
    Scheduler scheduler = RecordedLoops.scheduler(row);
    Consumer<SampleLayout> layOut = RecordedLoops.layOut(scheduler, row);
    int begin = row.get("begin").asInt();
    WeightedSums sums = assertInstanceOf(WeightedSums.class, arithmetic(scheduler, row));
    float[][] coefficients = sums.coefficients(guidance);
    layOut.accept(LAYOUT);
    float[] sample = recorded.start(scheduler);
    List<float[]> history = history(row, sums, guidance, sample.clone());
    int copies = WeightedSums.copies(guidance);
    float[] scaled = new float[sample.length];
    int[] draws = {0};
    NoiseSource noise =
        target -> System.arraycopy(recorded.noise(draws[0]++), 0, target, 0, target.length);
    double rounding = 0;
    for (int step = 0; step < sums.steps(); step++) {
      scheduler.scaleModelInput(sample, begin + step, scaled);
      checkClose(scaled, product(coefficients[step], history), rounding, "input of step " + step);
      rounding += ROUNDING * norm(sample) * loss(scheduler, begin + step);
      float[] output = history.get(1 + step * copies).clone();
      if (guidance.isPresent()) {
        float[] conditional = history.get(2 + step * copies);
        rounding += ROUNDING * (norm(output) + norm(conditional)) * guidance.getAsDouble();
        for (int k = 0; k < output.length; k++) {
          output[k] += (float) guidance.getAsDouble() * (conditional[k] - output[k]);
        }
      }
      scheduler.step(output, begin + step, sample, noise);
    }
    checkClose(sample, product(coefficients[sums.steps()], history), rounding, "final sample");
    assertEquals(draws[0], sums.draws(), "draws of noise");
  }

  private List<float[]> history(
      JsonNode row, WeightedSums sums, OptionalDouble guidance, float[] start) {
    List<float[]> history = new ArrayList<>();
    history.add(start);
    for (int step = 0; step < sums.steps(); step++) {
      history.add(recorded.output(row, step));
      if (guidance.isPresent()) {
        history.add(recorded.output(row, step + 3));
      }
    }
    for (int draw = 0; draw < sums.draws(); draw++) {
      history.add(recorded.noise(draw));
    }
    return history;
  }

  /** How much of a rounding a step keeps. */
  private static double loss(Scheduler scheduler, int index) {
    double[] sigmas = scheduler.sigmas();
    boolean corrects = scheduler.className().startsWith("Heun") && index % 2 == 1;
    return corrects ? Math.max(1, sigmas[index - 1] / sigmas[index]) : 1;
  }

  private static float[] product(float[] weights, List<float[]> history) {
    float[] out = new float[LAYOUT.size()];
    for (int row = 0; row < weights.length; row++) {
      for (int k = 0; k < out.length; k++) {
        out[k] += weights[row] * history.get(row)[k];
      }
    }
    return out;
  }

  private static void checkClose(float[] expected, float[] actual, double rounding, String what) {
    double difference = distance(expected, actual);
    double allowed = TOLERANCE * norm(expected) + rounding;
    assertTrue(difference <= allowed, what + " is off by " + difference + ", not " + allowed);
  }
}
