package io.dopt.runtime.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The loops that {@code src/test/python/record_schedulers.py} recorded from diffusers. */
final class RecordedLoops implements AutoCloseable {
  static final SampleLayout LAYOUT = new SampleLayout(2, 32);

  private final SafetensorsFile samples;
  private final JsonNode table;
  private final float[] start;
  private final float[][] outputs;
  private final float[][] noises;

  RecordedLoops() throws IOException, URISyntaxException {
    Path folder = Path.of(getClass().getResource("/schedulers").toURI());
    table = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("cases.json")));
    samples = SafetensorsFile.open(folder.resolve("samples.safetensors"));
    start = rows("start")[0];
    outputs = rows("outputs");
    noises = rows("noises");
  }

  Stream<JsonNode> cases() {
    return StreamSupport.stream(table.spliterator(), false);
  }

  Stream<String> names() {
    return cases().map(row -> row.get("name").asText());
  }

  JsonNode named(String name) {
    return cases().filter(each -> each.get("name").asText().equals(name)).findFirst().orElseThrow();
  }

  static Scheduler scheduler(JsonNode row) {
    return Schedulers.of(
        row.get("config"), Optional.of(row.get("class").asText()), row.path("eta").asDouble(0));
  }

  /** What lays out the timesteps of a case. */
  static Consumer<SampleLayout> layOut(Scheduler scheduler, JsonNode row) {
    if (row.has("timesteps_given")) {
      int[] given =
          Arrays.stream(doubles(row.get("timesteps_given"))).mapToInt(t -> (int) t).toArray();
      return layout -> scheduler.setTimesteps(given, layout);
    }
    return layout -> scheduler.setTimesteps(row.path("steps").asInt(10), layout);
  }

  float[] start() {
    return start.clone();
  }

  /** The start of a loop from pure noise. */
  float[] start(Scheduler scheduler) {
    float[] sample = start.clone();
    for (int k = 0; k < sample.length; k++) {
      sample[k] *= (float) scheduler.initNoiseSigma();
    }
    return sample;
  }

  float[] noise(int draw) {
    return noises[draw % 8].clone();
  }

  /** As {@code model_output} of the recording script. */
  float[] output(JsonNode row, int call) {
    float[] output = outputs[call % 8].clone();
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

  /** The recorded samples of a case. */
  float[][] rows(String name) {
    float[] all = DenseTensor.read(samples.tensor(name).orElseThrow()).toFloats();
    float[][] rows = new float[all.length / LAYOUT.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(all, i * LAYOUT.size(), (i + 1) * LAYOUT.size());
    }
    return rows;
  }

  static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }

  static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  static double distance(float[] expected, float[] actual) {
    float[] difference = new float[expected.length];
    for (int k = 0; k < expected.length; k++) {
      difference[k] = actual[k] - expected[k];
    }
    return norm(difference);
  }

  @Override
  public void close() {
    samples.close();
  }
}
