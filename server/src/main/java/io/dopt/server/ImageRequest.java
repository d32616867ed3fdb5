package io.dopt.server;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.dopt.runtime.bundle.BundleJson;
import io.dopt.runtime.bundle.BundleManifest;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.runtime.pipeline.GenerationRequest;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.JsonFault;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The body of {@code POST /v1/images}. What is absent is as {@code dopt generate} has it.
 *
 * @param prompt what to show
 * @param negativePrompt what to avoid
 * @param seed of the image; 0 when absent
 * @param steps of denoising
 * @param guidanceScale up to 1 turns guidance off
 * @param height in pixels, together with the width
 * @param width in pixels, together with the height
 * @param scheduler another than the bundle's
 */
record ImageRequest(
    @JsonProperty(value = "prompt", required = true) String prompt,
    @JsonProperty("negative_prompt") Optional<String> negativePrompt,
    @JsonProperty("seed") OptionalLong seed,
    @JsonProperty("steps") OptionalInt steps,
    @JsonProperty("guidance_scale") OptionalDouble guidanceScale,
    @JsonProperty("height") OptionalInt height,
    @JsonProperty("width") OptionalInt width,
    @JsonProperty("scheduler") Optional<String> scheduler) {

  private static final ObjectMapper MAPPER = BundleJson.strict().build();

  /**
   * Reads a body strictly.
   *
   * @throws DoptException (BAD_INPUT) for what is no JSON of this form, naming the key
   */
  static ImageRequest read(byte[] body) {
    JsonNode tree = MissingNode.getInstance();
    try {
      tree = MAPPER.readTree(body);
      if (!tree.isObject()) {
        throw notUnderstood(
            JsonFault.given(tree).orElse("nothing") + " is given, an object is wanted", null);
      }
      return MAPPER.treeToValue(tree, ImageRequest.class);
    } catch (JsonProcessingException e) {
      throw notUnderstood(JsonFault.of(e, tree), e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, "The request cannot be read: " + e, e);
    }
  }

  private static DoptException notUnderstood(String reason, Exception cause) {
    return new DoptException(
        ErrorCode.BAD_INPUT, "The request is not understood: " + reason + ".", cause);
  }

  /**
   * What the pipeline is asked for.
   *
   * @throws DoptException (USAGE) when it is more than the server allows, or contradicts itself
   */
  GenerationRequest toGeneration(BundleManifest manifest, ServerOptions limits) {
    GenerationRequest.Builder request =
        GenerationRequest.builder(prompt).seed(seed.orElse(0)).batch(1);
    negativePrompt.map(List::of).ifPresent(request::negativePrompts);
    if (steps.orElse(1) > limits.maximumSteps()) {
      throw new DoptException(
          ErrorCode.USAGE,
          "steps: " + steps.getAsInt() + " are more than " + limits.maximumSteps() + ".");
    }
    steps.ifPresent(request::steps);
    guidanceScale.ifPresent(request::guidanceScale);
    size(manifest, limits).ifPresent(request::size);
    scheduler.ifPresent(request::scheduler);
    return request.build();
  }

  private Optional<ImageSize> size(BundleManifest manifest, ServerOptions limits) {
    if (height.isEmpty() && width.isEmpty()) {
      return Optional.empty();
    }
    if (height.isEmpty() || width.isEmpty()) {
      throw new DoptException(ErrorCode.USAGE, "Give height and width together, or neither.");
    }
    ImageSize size;
    try {
      size = new ImageSize(height.getAsInt(), width.getAsInt());
    } catch (DoptException e) {
      throw new DoptException(ErrorCode.USAGE, "height, width: " + e.getMessage(), e);
    }
    if (!manifest.sizes().contains(size)
        && (long) size.height() * size.width() > limits.maximumPixels()) {
      throw new DoptException(
          ErrorCode.USAGE,
          "height, width: " + size + " are more than " + limits.maximumPixels() + " pixels.");
    }
    return Optional.of(size);
  }
}
