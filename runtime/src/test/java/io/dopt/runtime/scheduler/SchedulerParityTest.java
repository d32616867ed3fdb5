package io.dopt.runtime.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private static final SampleLayout LAYOUT = new SampleLayout(2, 32);

  private SafetensorsFile samples;
  private JsonNode table;
  private float[] start;
  private float[][] outputs;
  private float[][] noises;

  @BeforeAll
  void open() throws IOException, URISyntaxException {
    Path folder = Path.of(getClass().getResource("/schedulers").toURI());
    table = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("cases.json")));
    samples = SafetensorsFile.open(folder.resolve("samples.safetensors"));
    start = rows("start")[0];
    outputs = rows("outputs");
    noises = rows("noises");
  }

  @AfterAll
  void close() {
    samples.close();
  }

  Stream<String> names() {
    return StreamSupport.stream(table.spliterator(), false).map(row -> row.get("name").asText());
  }

  @Test
  void everyClassIsRecorded() {
    Set<String> recorded = new HashSet<>();
    table.forEach(row -> recorded.add(row.get("class").asText() + "Scheduler"));
    assertEquals(new HashSet<>(Schedulers.classNames()), recorded);
  }

  @ParameterizedTest
  @MethodSource("names")
  void equalsDiffusers(String name) {
    JsonNode row =
        StreamSupport.stream(table.spliterator(), false)
            .filter(each -> each.get("name").asText().equals(name))
            .findFirst()
            .orElseThrow();
    float[][] expected = rows(name);
    Scheduler scheduler =
        Schedulers.of(
            row.get("config"), Optional.of(row.get("class").asText()), row.path("eta").asDouble(0));
    if (row.has("timesteps_given")) {
      double[] given = doubles(row.get("timesteps_given"));
      scheduler.setTimesteps(Arrays.stream(given).mapToInt(t -> (int) t).toArray(), LAYOUT);
    } else {
      scheduler.setTimesteps(row.path("steps").asInt(10), LAYOUT);
    }

    checkPlan(scheduler, row);
    int begin = row.get("begin").asInt();
    assertEquals(begin, scheduler.startIndex(row.path("strength").asDouble(1)));
    float[] out = new float[LAYOUT.size()];
    scheduler.addNoise(start, noises[0], begin, out);
    checkClose(expected[0], out, 0, "noised sample");
    scheduler.scaleModelInput(start, begin, out);
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
    float[] sample = start.clone();
    for (int k = 0; k < sample.length; k++) {
      sample[k] *= (float) scheduler.initNoiseSigma();
    }
    List<Integer> recorded =
        StreamSupport.stream(row.get("recorded").spliterator(), false)
            .map(JsonNode::asInt)
            .toList();
    int[] draws = {0};
    NoiseSource noise =
        target -> System.arraycopy(noises[draws[0]++ % 8], 0, target, 0, target.length);
    double rounding = 0;
    int calls = scheduler.timesteps().length - begin;
    for (int call = 0; call < calls; call++) {
      float[] output = output(row, call);
      float[] before = output.clone();
      rounding += ROUNDING * norm(sample);
      scheduler.step(output, begin + call, sample, noise);
      assertArrayEquals(before, output, "the model output is left as it is");
      if (recorded.contains(call)) {
        checkClose(
            expected[2 + recorded.indexOf(call)], sample, rounding, "sample after call " + call);
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

  /** As {@code model_output} of the recording script. */
  private float[] output(JsonNode row, int call) {
    float[] output = outputs[call % 8];
    String variance = row.get("config").path("variance_type").asText();
    if (!variance.startsWith("learned")) {
      return output;
    }
    float[] predicted = outputs[(call + 1) % 8];
    int elements = LAYOUT.elementsPerSample();
    float[] both = new float[2 * output.length];
    for (int k = 0; k < output.length; k++) {
      int target = k / elements * elements + k;
      both[target] = output[k];
      both[target + elements] = variance.equals("learned") ? Math.abs(predicted[k]) : predicted[k];
    }
    return both;
  }

  private static void checkClose(float[] expected, float[] actual, double rounding, String what) {
    float[] difference = new float[expected.length];
    for (int k = 0; k < expected.length; k++) {
      difference[k] = actual[k] - expected[k];
    }
    double allowed = SAMPLE_TOLERANCE * norm(expected) + rounding;
    assertTrue(norm(difference) <= allowed, what + " is off by " + norm(difference));
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  private float[][] rows(String name) {
    float[] all = DenseTensor.read(samples.tensor(name).orElseThrow()).toFloats();
    float[][] rows = new float[all.length / LAYOUT.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(all, i * LAYOUT.size(), (i + 1) * LAYOUT.size());
    }
    return rows;
  }

  private static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }
}
