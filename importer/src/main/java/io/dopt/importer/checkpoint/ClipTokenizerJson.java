package io.dopt.importer.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Makes the tokenizer.json of a CLIP tokenizer out of its vocabulary and merges, with the pipeline
 * of transformers' {@code CLIPTokenizer}: NFC, runs of white space as one space, lower case; split
 * into words, contractions and single digits; byte-level byte-pair encoding with {@code </w>} at
 * the end of a word.
 */
final class ClipTokenizerJson {
  private static final String WORDS =
      "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d"
          + "|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

  private ClipTokenizerJson() {}

  /**
   * @throws DoptException (BAD_INPUT) naming the entry or line that is malformed
   */
  static ObjectNode of(Path vocabularyPath, Path mergesPath) {
    ObjectNode vocabulary = JsonFile.read(vocabularyPath);
    requireDistinctIds(vocabularyPath, vocabulary);
    ObjectNode root = JsonFile.object();
    root.put("version", "1.0");
    ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
    ArrayNode normalizers = normalizer.putArray("normalizers");
    normalizers.addObject().put("type", "NFC");
    ObjectNode spaces = normalizers.addObject().put("type", "Replace");
    spaces.putObject("pattern").put("Regex", "\\s+");
    spaces.put("content", " ");
    normalizers.addObject().put("type", "Lowercase");
    ObjectNode preTokenizer = root.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode preTokenizers = preTokenizer.putArray("pretokenizers");
    ObjectNode split = preTokenizers.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", WORDS);
    split.put("behavior", "Removed").put("invert", true);
    preTokenizers.add(byteLevel(false));
    root.set("decoder", byteLevel(true));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout");
    model.put("unk_token", SpecialTokens.DEFAULT_END);
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "</w>");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    model.set("vocab", vocabulary);
    model.set("merges", merges(mergesPath, vocabulary));
    return root;
  }

  private static ObjectNode byteLevel(boolean addPrefixSpace) {
    return JsonFile.object()
        .put("type", "ByteLevel")
        .put("add_prefix_space", addPrefixSpace)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }

  /** Puts begin and end tokens around every prompt. */
  static ObjectNode postProcessor(SpecialTokens special) {
    ObjectNode processor = JsonFile.object().put("type", "RobertaProcessing");
    processor.putArray("sep").add(special.endText()).add(special.end());
    processor.putArray("cls").add(special.beginText()).add(special.begin());
    return processor.put("trim_offsets", false).put("add_prefix_space", false);
  }

  private static void requireDistinctIds(Path path, ObjectNode vocabulary) {
    BitSet seen = new BitSet();
    for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
      int id = entry.getValue().isInt() ? entry.getValue().intValue() : -1;
      if (id < 0 || id >= 10_000_000 || seen.get(id)) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            String.format(
                "%s gives the token \"%s\" the id %s, which is taken or no id.",
                path, entry.getKey(), entry.getValue()));
      }
      seen.set(id);
    }
  }

  private static ArrayNode merges(Path path, ObjectNode vocabulary) {
    ArrayNode merges = JsonFile.object().putArray("merges");
    List<String> lines;
    try {
      if (!Files.isRegularFile(path) || Files.size(path) > JsonFile.MAXIMUM_BYTES) {
        throw new DoptException(ErrorCode.BAD_INPUT, path + " is no list of merges.");
      }
      lines = Files.readAllLines(path);
    } catch (CharacterCodingException e) {
      throw new DoptException(ErrorCode.BAD_INPUT, path + " is not UTF-8 text.", e);
    } catch (IOException e) {
      throw new DoptException(ErrorCode.IO, path + " cannot be read: " + e.getMessage() + ".", e);
    }
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1);
      if (line.isEmpty() || line.startsWith("#version")) {
        continue;
      }
      String[] pair = line.split(" ", -1);
      boolean known =
          pair.length == 2
              && vocabulary.has(pair[0])
              && vocabulary.has(pair[1])
              && vocabulary.has(pair[0] + pair[1]);
      if (!known) {
        throw new DoptException(
            ErrorCode.BAD_INPUT,
            String.format(
                "%s, line %d: \"%s\" is not two tokens whose union is one too. The file does not"
                    + " belong to the vocab.json beside it.",
                path, number, line));
      }
      merges.addArray().add(pair[0]).add(pair[1]);
    }
    return merges;
  }
}
