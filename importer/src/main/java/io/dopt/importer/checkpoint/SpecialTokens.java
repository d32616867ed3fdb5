package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The special tokens of a CLIP tokenizer, gathered as transformers does: from
 * tokenizer_config.json, overridden by special_tokens_map.json unless the config lists its {@code
 * added_tokens_decoder}.
 *
 * @param beginText the begin token
 * @param begin its id
 * @param endText the end token
 * @param end its id
 * @param pad id of the token that fills up
 * @param addedTokens the {@code added_tokens} of tokenizer.json: those it had and all special ones,
 *     by id. A special token is matched in the prompt before anything else, so that with the pad
 *     token {@code !} (Stable Diffusion 2) every {@code !} of a prompt becomes padding.
 */
record SpecialTokens(
    String beginText, int begin, String endText, int end, int pad, ArrayNode addedTokens) {
  static final String DEFAULT_BEGIN = "<|startoftext|>";
  static final String DEFAULT_END = "<|endoftext|>";

  private static final Map<String, String> DEFAULTS =
      Map.of(
          "bos_token", DEFAULT_BEGIN,
          "eos_token", DEFAULT_END,
          "unk_token", DEFAULT_END,
          "pad_token", DEFAULT_END);

  /** In the order in which transformers adds them; the last of equal ones decides. */
  private static final List<String> KEYS =
      List.of("bos_token", "eos_token", "unk_token", "pad_token");

  private static final List<String> FLAGS =
      List.of("single_word", "lstrip", "rstrip", "normalized");

  /**
   * @param where the tokenizer's folder, for messages
   * @param config tokenizer_config.json
   * @param map special_tokens_map.json
   * @param tokenizer tokenizer.json, for its vocabulary and added tokens
   */
  static SpecialTokens of(
      Path where, ObjectNode config, Optional<ObjectNode> map, ObjectNode tokenizer) {
    Map<String, ObjectNode> tokens = new LinkedHashMap<>();
    for (JsonNode token : tokenizer.path("added_tokens")) {
      add(where, tokens, token, token.path("id"));
    }
    for (Map.Entry<String, JsonNode> entry : config.path("added_tokens_decoder").properties()) {
      JsonNode id = config.numberNode(parseId(where, entry.getKey()));
      add(where, tokens, entry.getValue(), id);
    }
    Optional<ObjectNode> overriding = config.has("added_tokens_decoder") ? Optional.empty() : map;
    List<String> known = List.copyOf(tokens.keySet());
    JsonNode vocabulary = tokenizer.path("model").path("vocab");
    Map<String, String> texts = new LinkedHashMap<>();
    for (String key : KEYS) {
      JsonNode token =
          overriding
              .filter(object -> object.hasNonNull(key))
              .map(object -> object.get(key))
              .orElse(
                  config.hasNonNull(key) ? config.get(key) : config.textNode(DEFAULTS.get(key)));
      String text = token.isTextual() ? token.asText() : token.path("content").asText("");
      texts.put(key, text);
      JsonNode id = tokens.containsKey(text) ? tokens.get(text).get("id") : vocabulary.path(text);
      if (!id.isInt()) {
        throw refuse(where, "has no id for its " + key + " \"" + text + "\"");
      }
      if (token.isObject() || !known.contains(text)) {
        ObjectNode described = token.isObject() ? token.deepCopy() : config.objectNode();
        described.put("content", text).put("special", true);
        add(where, tokens, described, id);
      }
    }
    ArrayNode added = config.arrayNode();
    tokens.values().stream()
        .sorted(Comparator.comparingInt(token -> token.get("id").intValue()))
        .forEach(added::add);
    return new SpecialTokens(
        texts.get("bos_token"),
        id(tokens, texts, "bos_token"),
        texts.get("eos_token"),
        id(tokens, texts, "eos_token"),
        id(tokens, texts, "pad_token"),
        added);
  }

  private static int id(Map<String, ObjectNode> tokens, Map<String, String> texts, String key) {
    return tokens.get(texts.get(key)).get("id").intValue();
  }

  private static int parseId(Path where, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw refuse(where, "has an added token with the id \"" + text + "\"");
    }
  }

  private static void add(Path where, Map<String, ObjectNode> tokens, JsonNode token, JsonNode id) {
    String content = token.path("content").asText("");
    if (content.isEmpty() || !id.isInt() || id.intValue() < 0) {
      throw refuse(where, "has an added token without content or id: " + token);
    }
    ObjectNode complete = JsonFile.object();
    complete.put("id", id.intValue()).put("content", content);
    for (String flag : FLAGS) {
      complete.put(flag, token.path(flag).asBoolean(false));
    }
    complete.put("special", token.path("special").asBoolean(false));
    tokens.put(content, complete);
  }

  private static DoptException refuse(Path where, String what) {
    return new DoptException(
        ErrorCode.BAD_INPUT, "The tokenizer " + where + " " + what + ". Its files do not match.");
  }
}
