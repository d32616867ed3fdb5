package io.dopt.runtime.pipeline;

/**
 * Classifier-free guidance (arXiv 2207.12598) on predictions of a whole batch, in float32 and in
 * the order of diffusers' pipelines.
 *
 * @param scale weight of the conditional prediction, above 1
 * @param rescale share of the prediction rescaled to the deviation of the conditional one (arXiv
 *     2305.08891, 3.4; diffusers' {@code rescale_noise_cfg}); 0 leaves it out
 */
record Guidance(double scale, double rescale) {

  /**
   * Combines the predictions.
   *
   * @param unconditional replaced by the guided prediction
   * @param conditional of the same length
   * @param perImage values of one image: the rescaling is per image
   */
  void apply(float[] unconditional, float[] conditional, int perImage) {
    float weight = (float) scale;
    for (int i = 0; i < unconditional.length; i++) {
      unconditional[i] += weight * (conditional[i] - unconditional[i]);
    }
    for (int start = 0; rescale > 0 && start < unconditional.length; start += perImage) {
      rescale(unconditional, conditional, start, start + perImage);
    }
  }

  private void rescale(float[] guided, float[] conditional, int start, int end) {
    float ratio = deviation(conditional, start, end) / deviation(guided, start, end);
    float share = (float) rescale;
    float rest = (float) (1 - rescale);
    for (int i = start; i < end; i++) {
      guided[i] = share * (guided[i] * ratio) + rest * guided[i];
    }
  }

  /** Standard deviation with Bessel's correction, as {@code torch.std}. */
  private static float deviation(float[] values, int start, int end) {
    double mean = 0;
    for (int i = start; i < end; i++) {
      mean += values[i];
    }
    mean /= end - start;
    double squares = 0;
    for (int i = start; i < end; i++) {
      squares += (values[i] - mean) * (values[i] - mean);
    }
    return (float) Math.sqrt(squares / (end - start - 1));
  }

  /**
   * The embedding of a guidance scale for denoisers distilled with it (latent consistency models):
   * diffusers' {@code get_guidance_scale_embedding}, which follows Google's variational diffusion
   * models.
   *
   * @param scale guidance scale
   * @param size features, at least 4
   */
  static float[] embedding(double scale, int size) {
    float scaled = (float) (scale - 1) * 1000f;
    int half = size / 2;
    float decay = (float) Math.log(10000f) / (half - 1);
    float[] embedding = new float[size];
    for (int i = 0; i < half; i++) {
      float angle = scaled * (float) Math.exp(i * -decay);
      embedding[i] = (float) Math.sin(angle);
      embedding[half + i] = (float) Math.cos(angle);
    }
    return embedding;
  }
}
