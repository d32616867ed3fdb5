package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The folder of a CLIP tokenizer: {@code tokenizer.json}, or {@code vocab.json} and {@code
 * merges.txt}, with {@code tokenizer_config.json} and {@code special_tokens_map.json} beside it.
 * What it gives is what {@code CLIPTokenizer.from_pretrained} of transformers makes of the folder,
 * as one tokenizer.json; padding and truncation are left to the runtime.
 */
final class TokenizerFiles {
  private static final Set<String> CLASSES = Set.of("CLIPTokenizer", "CLIPTokenizerFast");

  private final CheckpointFolder folder;
  private final String subfolder;

  /**
   * @param subfolder where in {@code folder} the tokenizer is; empty for the folder itself
   */
  TokenizerFiles(CheckpointFolder folder, String subfolder) {
    this.folder = folder;
    this.subfolder = subfolder;
  }

  /**
   * Reads the tokenizer.
   *
   * @param maximumPositions tokens its text encoder takes; a larger {@code model_max_length} is cut
   *     to it
   */
  Tokenizer read(int maximumPositions) {
    ObjectNode config = readOptional("tokenizer_config.json").orElseGet(JsonFile::object);
    requireKnown(config);
    ObjectNode tokenizer = tokenizerJson();
    SpecialTokens special =
        SpecialTokens.of(where(), config, readOptional("special_tokens_map.json"), tokenizer);
    tokenizer.putNull("truncation");
    tokenizer.putNull("padding");
    tokenizer.set("added_tokens", special.addedTokens());
    if (!tokenizer.hasNonNull("post_processor")) {
      tokenizer.set("post_processor", ClipTokenizerJson.postProcessor(special));
    }
    JsonNode configured = config.path("model_max_length");
    int maximumLength =
        configured.isNumber() && configured.asDouble() >= 1
            ? (int) Math.min(maximumPositions, configured.asDouble())
            : maximumPositions;
    return new Tokenizer(
        JsonFile.write(tokenizer), maximumLength, special.begin(), special.end(), special.pad());
  }

  private Path where() {
    return folder.root().resolve(subfolder);
  }

  private Optional<Path> find(String fileName) {
    return folder.find(subfolder.isEmpty() ? fileName : subfolder + "/" + fileName);
  }

  private Optional<ObjectNode> readOptional(String fileName) {
    return find(fileName).map(JsonFile::read);
  }

  private void requireKnown(ObjectNode config) {
    String className = config.path("tokenizer_class").asText("CLIPTokenizer");
    if (!CLASSES.contains(className)) {
      throw unsupported("its tokenizer_class is " + className + ", and dopt knows CLIPTokenizer");
    }
    if (config.path("padding_side").asText("right").equals("left")) {
      throw unsupported("its padding_side is left, and dopt pads on the right");
    }
    if (find("added_tokens.json").isPresent()) {
      throw unsupported(
          "it has an added_tokens.json, a form transformers no longer writes; load and save it once"
              + " with transformers");
    }
  }

  private ObjectNode tokenizerJson() {
    Optional<ObjectNode> whole = readOptional("tokenizer.json");
    if (whole.isPresent()) {
      JsonNode model = whole.get().path("model");
      if (!model.path("type").asText("").equals("BPE") || !model.path("vocab").isObject()) {
        throw unsupported("its tokenizer.json is not a byte-pair encoding with a vocabulary");
      }
      return whole.get();
    }
    Optional<Path> vocabulary = find("vocab.json");
    Optional<Path> merges = find("merges.txt");
    if (vocabulary.isEmpty() || merges.isEmpty()) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          where()
              + " has neither a tokenizer.json nor a vocab.json with a merges.txt. Copy the"
              + " tokenizer of the model there.");
    }
    return ClipTokenizerJson.of(vocabulary.get(), merges.get());
  }

  private DoptException unsupported(String what) {
    return new DoptException(
        ErrorCode.UNSUPPORTED, "The tokenizer " + where() + " is not supported: " + what + ".");
  }
}
