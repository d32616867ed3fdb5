package io.dopt.evals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What PNG files that dopt wrote say about how they were made. */
final class RecordedSettings {
  private static final List<String> COMPARED =
      List.of(
          "prompt",
          "negative_prompt",
          "seed",
          "scheduler",
          "num_inference_steps",
          "guidance_scale",
          "height",
          "width");

  private final List<Integer> samples = new ArrayList<>();
  private String first = "";

  /**
   * Compares the two images of a sample; an image that says nothing agrees with everything.
   *
   * @param candidate text entries of the candidate's image
   * @param reference text entries of the reference's
   */
  void compare(int sample, Map<String, String> candidate, Map<String, String> reference) {
    JsonNode made = settings(candidate);
    JsonNode recorded = settings(reference);
    if (!made.isObject() || !recorded.isObject()) {
      return;
    }
    List<String> differences =
        COMPARED.stream()
            .filter(key -> !made.path(key).equals(recorded.path(key)))
            .map(key -> key + " " + said(recorded.path(key)) + ", here " + said(made.path(key)))
            .toList();
    if (!differences.isEmpty()) {
      first = samples.isEmpty() ? String.join("; ", differences) : first;
      samples.add(sample);
    }
  }

  /** What readers should know; empty when nothing disagrees. */
  Optional<String> warning() {
    return samples.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "The reference images of samples "
                + samples
                + " say that they were made otherwise, so the pairs do not belong together. Of the"
                + " first: "
                + first
                + ".");
  }

  private static String said(JsonNode value) {
    return value.isMissingNode() ? "none" : value.toString();
  }

  private static JsonNode settings(Map<String, String> text) {
    ObjectMapper mapper = new ObjectMapper();
    try {
      return mapper.readTree(text.getOrDefault("dopt", "null"));
    } catch (JsonProcessingException e) {
      return mapper.nullNode(); // another program's entry of the same name
    }
  }
}
