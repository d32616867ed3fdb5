package io.dopt.runtime.scheduler;

/**
 * One update of a DPM solver, as weights of the sample, the newest output, its first and second
 * divided difference, and noise.
 *
 * @param order 1 to 3; the differences above it are left out
 * @param sample weight of the sample
 * @param output weight of the newest output
 * @param slope weight of the first difference
 * @param curvature weight of the second difference
 * @param noise weight of fresh noise
 * @param r0 the step between the newest two outputs, in units of this step
 * @param r1 the step between the two before
 */
record DPMSolverWeights(
    int order,
    float sample,
    float output,
    float slope,
    float curvature,
    float noise,
    float r0,
    float r1) {

  /** Replaces the sample by the next one; reads as many outputs as the order has. */
  void apply(float[] values, OutputHistory outputs, float[] fresh) {
    float[] newest = outputs.back(0);
    float[] second = outputs.back(order >= 2 ? 1 : 0);
    float[] third = outputs.back(order >= 3 ? 2 : 0);
    float perStep = 1 / r0;
    float perEarlierStep = 1 / r1;
    float share = r0 / (r0 + r1);
    float perSpan = 1 / (r0 + r1);
    for (int k = 0; k < values.length; k++) {
      float result = sample * values[k] + output * newest[k];
      float difference = perStep * (newest[k] - second[k]);
      if (order == 2) {
        result += slope * difference;
      } else if (order == 3) {
        float change = difference - perEarlierStep * (second[k] - third[k]);
        result += slope * (difference + share * change);
        result += curvature * (perSpan * change);
      }
      values[k] = noise == 0 ? result : result + noise * fresh[k];
    }
  }
}
