package io.dopt.evals.feature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dopt.evals.statistics.Bootstrap;
import io.dopt.evals.statistics.Estimate;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Distances equal those that NumPy and SciPy give for the same samples (record.py). */
class FeatureDistancesTest {
  private static final Path FOLDER = Path.of("src", "test", "resources", "feature");

  @ParameterizedTest
  @ValueSource(strings = {"many", "few", "mixed", "constant"})
  void frechetEqualsScipy(String name) throws IOException {
    JsonNode wanted = expected().at("/" + name + "/frechet");
    double actual = FrechetDistance.between(sample(name + ".x"), sample(name + ".y"));
    // SciPy's own two ways differ by 1e-8 where covariances are singular.
    assertEquals(wanted.get("sqrtm").doubleValue(), actual, 2e-7 * actual);
    assertEquals(wanted.get("eigenvalues").doubleValue(), actual, 2e-7 * actual);
  }

  @Test
  void frechetIsSymmetricAndZeroForEqualSamples() throws IOException {
    List<float[]> few = sample("few.x");
    List<float[]> mixed = sample("mixed.y");
    assertEquals(FrechetDistance.between(few, mixed), FrechetDistance.between(mixed, few), 1e-9);
    assertEquals(0, FrechetDistance.between(few, few), 1e-9);
    assertEquals(0, FrechetDistance.between(mixed, mixed), 1e-9);
    List<float[]> still = List.of(new float[] {1, 2}, new float[] {1, 2});
    assertEquals(0, FrechetDistance.between(still, still));
  }

  @ParameterizedTest
  @ValueSource(strings = {"many", "few", "mixed", "constant"})
  void discrepancyEqualsNumpy(String name) throws IOException {
    double wanted = expected().at("/" + name + "/cmmd").doubleValue();
    assertEquals(wanted, MeanDiscrepancy.between(sample(name + ".x"), sample(name + ".y")), 1e-9);
  }

  @Test
  void discrepancyOfPairsIsThatOfTheSamples() throws IOException {
    List<float[]> left = sample("constant.x");
    List<float[]> right = sample("constant.y");
    MeanDiscrepancy pairs = MeanDiscrepancy.ofPairs(left, right);
    int[] all = IntStream.range(0, left.size()).toArray();
    assertEquals(MeanDiscrepancy.between(left, right), pairs.of(all), 1e-9);
    Estimate estimate = new Bootstrap(0, 200).estimate(left.size(), pairs::of);
    assertTrue(estimate.interval95().orElseThrow().low() < estimate.value());
    assertTrue(estimate.interval95().orElseThrow().high() > estimate.value());
  }

  @Test
  void perceptualDistanceEqualsNumpy() throws IOException {
    double wanted = expected().at("/map/perceptual").doubleValue();
    assertEquals(wanted, PerceptualDistance.distance(map("map.x"), map("map.y")), 1e-9);
    assertEquals(0, PerceptualDistance.distance(map("map.x"), map("map.x")));
  }

  static JsonNode expected() throws IOException {
    return new JsonMapper().readTree(FOLDER.resolve("expected.json").toFile());
  }

  private static DenseTensor tensor(String name) {
    try (SafetensorsFile file = SafetensorsFile.open(FOLDER.resolve("samples.safetensors"))) {
      return DenseTensor.read(file.tensor(name).orElseThrow());
    }
  }

  private static List<float[]> sample(String name) {
    DenseTensor tensor = tensor(name);
    int width = Math.toIntExact(tensor.shape().get(1));
    float[] values = tensor.toFloats();
    List<float[]> rows = new ArrayList<>();
    for (int start = 0; start < values.length; start += width) {
      rows.add(Arrays.copyOfRange(values, start, start + width));
    }
    return rows;
  }

  private static FeatureMap map(String name) {
    DenseTensor tensor = tensor(name);
    List<Long> shape = new ArrayList<>(tensor.shape());
    shape.add(0, 1L);
    return OnnxFeatures.map(DenseTensor.ofFloats(shape, tensor.toFloats()), Path.of(name));
  }
}
