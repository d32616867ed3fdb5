package io.dopt.runtime.pipeline;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.runtime.bundle.ImageSize;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The text a PNG carries about how it was made; nothing in it depends on time or machine. */
final class PngText {
  private PngText() {}

  /**
   * Both forms: {@code parameters} as the Stable Diffusion web interfaces write and read it, and
   * {@code dopt}, a JSON object.
   */
  static Map<String, String> of(GenerationPlan plan, int image, String doptVersion) {
    GenerationRequest request = plan.request();
    ImageSize size = plan.size();
    long seed = request.seed() + image;
    String sampler = plan.scheduler().className().replaceFirst("Scheduler$", "");
    StringBuilder parameters = new StringBuilder(request.promptOf(image));
    request
        .negativePromptOf(image)
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> parameters.append("\nNegative prompt: ").append(text));
    parameters.append(
        String.format(
            Locale.ROOT,
            "\nSteps: %d, Sampler: %s, CFG scale: %s, Seed: %d, Size: %dx%d",
            plan.steps(),
            sampler,
            plan.guidanceScale(),
            seed,
            size.width(),
            size.height()));

    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("dopt", doptVersion);
    json.put("pipeline", plan.family().pipelineClass());
    json.put("prompt", request.promptOf(image));
    request.negativePromptOf(image).ifPresent(text -> json.put("negative_prompt", text));
    json.put("seed", seed);
    json.put("scheduler", plan.scheduler().className());
    json.put("num_inference_steps", plan.steps());
    json.put("guidance_scale", plan.guidanceScale());
    json.put("guidance_rescale", request.guidanceRescale());
    json.put("eta", request.eta());
    json.put("height", size.height());
    json.put("width", size.width());
    json.put("given_latents", request.latents().isPresent());
    if (plan.initialImage().isPresent()) {
      parameters.append(", Denoising strength: ").append(plan.strength());
      json.put("strength", plan.strength());
    }
    Map<String, String> text = new TreeMap<>();
    text.put("parameters", parameters.toString());
    text.put("dopt", json.toString());
    return text;
  }
}
