package io.dopt.runtime.scheduler;

import static io.dopt.runtime.scheduler.RecordedLoops.LAYOUT;
import static io.dopt.runtime.scheduler.RecordedLoops.distance;
import static io.dopt.runtime.scheduler.RecordedLoops.doubles;
import static io.dopt.runtime.scheduler.RecordedLoops.norm;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case that {@code src/test/python/record_schedulers.py} recorded from diffusers: plan,
 * scaling, noising and trajectory. At every recorded step samples differ (||out - ref||) by at most
 * 1e-5 of the reference's norm plus one float32 rounding of each sample stepped from, which matters
 * where a step removes all but a few thousandths of it; noise levels differ by 1e-6, timesteps by
 * 1e-4 of a timestep where they are interpolated and not at all where they are whole.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SchedulerParityTest {
  private static final double SAMPLE_TOLERANCE = 1e-5;
  private static final double ROUNDING = 0x1p-24;
  private static final double SIGMA_TOLERANCE = 1e-6;
  private static final double TIMESTEP_TOLERANCE = 1e-4;

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

  @Test
  void everyClassIsRecorded() {
    Set<String> classes =
        recorded
            .cases()
            .map(row -> row.get("class").asText() + "Scheduler")
            .collect(Collectors.toSet());
    assertEquals(new HashSet<>(Schedulers.classNames()), classes);
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsDiffusers(String name) {
    JsonNode row = recorded.named(name);
    float[][] expected = recorded.rows(name);
    Scheduler scheduler = RecordedLoops.scheduler(row);
    RecordedLoops.layOut(scheduler, row).accept(LAYOUT);

    checkPlan(scheduler, row);
    int begin = row.get("begin").asInt();
    assertEquals(begin, scheduler.startIndex(row.path("strength").asDouble(1)));
    float[] out = new float[LAYOUT.size()];
    scheduler.addNoise(recorded.start(), recorded.noise(0), begin, out);
    checkClose(expected[0], out, 0, "noised sample");
    scheduler.scaleModelInput(recorded.start(), begin, out);
    checkClose(expected[1], out, 0, "scaled sample");
    // twice, for a plan must forget the loop before it
    runLoop(scheduler, row, expected);
    if (!row.has("timesteps_given")) {
      scheduler.setTimesteps(row.path("steps").asInt(10), LAYOUT);
      runLoop(scheduler, row, expected);
    }
  }

  private void runLoop(Scheduler scheduler, JsonNode row, float[][] expected) {
    int begin = row.get("begin").asInt();
    float[] sample = recorded.start(scheduler);
    List<Integer> checked =
        StreamSupport.stream(row.get("recorded").spliterator(), false)
            .map(JsonNode::asInt)
            .toList();
    int[] draws = {0};
    NoiseSource noise =
        target -> System.arraycopy(recorded.noise(draws[0]++), 0, target, 0, target.length);
    double rounding = 0;
    int calls = scheduler.timesteps().length - begin;
    for (int call = 0; call < calls; call++) {
      float[] output = recorded.output(row, call);
      float[] before = output.clone();
      rounding += ROUNDING * norm(sample);
      scheduler.step(output, begin + call, sample, noise);
      assertArrayEquals(before, output, "the model output is left as it is");
      if (checked.contains(call)) {
        checkClose(
            expected[2 + checked.indexOf(call)], sample, rounding, "sample after call " + call);
      }
    }
    assertEquals(row.get("draws").asInt(), draws[0], "draws of noise");
  }

  private static void checkPlan(Scheduler scheduler, JsonNode row) {
    double[] timesteps = doubles(row.get("timesteps"));
    double[] actual = scheduler.timesteps();
    assertEquals(timesteps.length, actual.length, "number of timesteps");
    for (int i = 0; i < timesteps.length; i++) {
      boolean whole = timesteps[i] == Math.rint(timesteps[i]);
      assertEquals(timesteps[i], actual[i], whole ? 0 : TIMESTEP_TOLERANCE, "timestep " + i);
    }
    double[] sigmas = doubles(row.get("sigmas"));
    assertEquals(sigmas.length, scheduler.sigmas().length, "number of sigmas");
    for (int i = 0; i < sigmas.length; i++) {
      double tolerance = SIGMA_TOLERANCE * Math.abs(sigmas[i]);
      assertEquals(sigmas[i], scheduler.sigmas()[i], tolerance, "sigma " + i);
    }
    double sigma = row.get("initNoiseSigma").asDouble();
    assertEquals(sigma, scheduler.initNoiseSigma(), SIGMA_TOLERANCE * sigma);
  }

  private static void checkClose(float[] expected, float[] actual, double rounding, String what) {
    double difference = distance(expected, actual);
    double allowed = SAMPLE_TOLERANCE * norm(expected) + rounding;
    assertTrue(difference <= allowed, what + " is off by " + difference);
  }
}
