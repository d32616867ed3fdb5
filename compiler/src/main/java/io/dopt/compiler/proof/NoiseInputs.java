package io.dopt.compiler.proof;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.TensorSignature;
import io.dopt.tensor.DenseTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Made-up inputs of a component: the same whenever they are made. */
public final class NoiseInputs {
  private static final long SEED = 7;

  /** In the middle of what denoisers are trained with. */
  private static final float TIMESTEP = 500;

  private NoiseInputs() {}

  /**
   * Standard normal numbers, one timestep, and of integers the first few, which every vocabulary
   * has.
   *
   * @param bindings a value for each of the component's symbols
   */
  public static Map<String, DenseTensor> of(
      ComponentManifest component, Map<String, Long> bindings) {
    Random random = new Random(SEED);
    Map<String, DenseTensor> inputs = new LinkedHashMap<>();
    for (TensorSignature input : component.inputs()) {
      List<Long> shape = input.evaluate(bindings);
      float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            input.name().equals("timestep")
                ? TIMESTEP
                : input.type().isFloatingPoint() ? (float) random.nextGaussian() : i % 2;
      }
      inputs.put(input.name(), DenseTensor.ofFloats(shape, values).cast(input.type()));
    }
    return inputs;
  }
}
