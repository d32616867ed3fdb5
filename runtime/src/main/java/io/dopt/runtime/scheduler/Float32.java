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

  /**
   * {@code numpy.log} of a positive normal float32: a rational approximation over the mantissa in
   * sqrt(1/2) to sqrt(2) (numpy's loops_exponent_log), up to a rounding off the true value. It
   * matters because solvers cut the timesteps derived from it to whole ones.
   */
  static float numpyLog(float value) {
    int exponent = Math.getExponent(value);
    float mantissa = Math.scalb(value, -exponent);
    if (mantissa > (float) Math.sqrt(2)) {
      mantissa /= 2;
      exponent++;
    }
    float x = mantissa - 1;
    float numerator =
        polynomial(
            x,
            2.589979117907922693523e-02f,
            3.808837741388407920751e-01f,
            1.480000633576506585156e+00f,
            2.112677543073053063722e+00f,
            9.999999999999998702752e-01f,
            0);
    float denominator =
        polynomial(
            x,
            5.875095403124574342950e-03f,
            1.546476374983906719538e-01f,
            9.864942958519418960339e-01f,
            2.453006071784736363091e+00f,
            2.612677543073109236779e+00f,
            1);
    return Math.fma((float) exponent, (float) Math.log(2), numerator / denominator);
  }

  /** A polynomial with its coefficients from the highest power down. */
  private static float polynomial(float x, float... coefficients) {
    float value = coefficients[0];
    for (int i = 1; i < coefficients.length; i++) {
      value = Math.fma(value, x, coefficients[i]);
    }
    return value;
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
