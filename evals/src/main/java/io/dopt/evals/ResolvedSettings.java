package io.dopt.evals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.evals.report.EvaluationSettings;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Map;

/** The settings as the pipeline resolved them, which its images record. */
final class ResolvedSettings {
  private ResolvedSettings() {}

  /**
   * @param pngText of an image that the candidate made
   */
  static EvaluationSettings of(ComparisonRequest request, Map<String, String> pngText) {
    try {
      JsonNode made = new ObjectMapper().readTree(pngText.get("dopt"));
      return new EvaluationSettings(
          request.prompts().source(),
          request.sampling().seed(),
          made.get("num_inference_steps").intValue(),
          made.get("guidance_scale").doubleValue(),
          new ImageSize(made.get("height").intValue(), made.get("width").intValue()),
          made.get("scheduler").textValue(),
          request.sampling().negativePrompt(),
          request.bootstrap().seed(),
          request.bootstrap().resamples());
    } catch (JsonProcessingException e) {
      throw new DoptException(
          ErrorCode.INTERNAL, "The pipeline does not say how it made an image.", e);
    }
  }
}
