package io.dopt.runtime.scheduler;

/**
 * Functions of torch float32 scalars. The schedulers compute their coefficients in single
 * precision, in the order of the reference, because differences of nearly equal logarithms and
 * exponentials are part of what a sampler's trajectory is.
 */
final class Float32 {
  private Float32() {}

  static float sqrt(float value) {
    return (float) Math.sqrt(value);
  }

  static float exp(float value) {
    return (float) Math.exp(value);
  }

  static float expm1(float value) {
    return (float) Math.expm1(value);
  }

  static float log(float value) {
    return (float) Math.log(value);
  }

  /** {@code torch.linspace}: two ramps that meet in the middle, each step a fused multiply-add. */
  static float[] linspace(double start, double end, int count) {
    float first = (float) start;
    float last = (float) end;
    float[] values = new float[count];
    if (count == 1) {
      values[0] = first;
      return values;
    }
    float step = (last - first) / (count - 1);
    for (int i = 0; i < count; i++) {
      values[i] =
          i < count / 2
              ? Math.fma(step, (float) i, first)
              : Math.fma(-step, (float) (count - i - 1), last);
    }
    return values;
  }

  static double[] toDoubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  /** Values as single precision holds them. */
  static double[] rounded(double[] values) {
    return toDoubles(toFloats(values));
  }

  static float[] toFloats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }
}
