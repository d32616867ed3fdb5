package io.dopt.quantizer.weight;

import io.dopt.ir.Weight;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Granularity;
import io.dopt.tensor.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What is recorded in {@code testdata/quantization}, and weights made of seeds. */
final class Reference {
  private static final Path FILE =
      Path.of(System.getProperty("dopt.root"), "testdata/quantization/reference.safetensors");

  private Reference() {}

  static DenseTensor tensor(String name) {
    try (SafetensorsFile file = SafetensorsFile.open(FILE)) {
      return DenseTensor.read(file.tensor(name).orElseThrow());
    }
  }

  /** The granularities of the recorded cases, by name. */
  static Granularity granularity(String name) {
    return switch (name) {
      case "axis0" -> new Granularity.PerAxis(0);
      case "axis1" -> new Granularity.PerAxis(1);
      case "axis2" -> new Granularity.PerAxis(2);
      case "block1" -> new Granularity.Blocked(1, 16);
      case "block0" -> new Granularity.Blocked(0, 4);
      case "block2" -> new Granularity.Blocked(2, 2);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** Normally distributed numbers, one in fifty of them twelve times as large. */
  static Weight heavyTailed(long seed, long... shape) {
    List<Long> dimensions = new ArrayList<>();
    int count = 1;
    for (long dimension : shape) {
      dimensions.add(dimension);
      count *= (int) dimension;
    }
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() * (random.nextInt(50) == 0 ? 12 : 1);
    }
    return Weight.of("down.0.to_q.weight", DenseTensor.ofFloats(dimensions, values));
  }
}
