package io.dopt.importer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.ir.pipeline.Tokenizer;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerFilesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path SOURCE =
      Path.of(System.getProperty("dopt.root"), "examples", "shapes-world", "tokenizer");

  @TempDir private Path folder;

  /** tokenizers.json is recorded from transformers by make_tokenizers.py beside it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pair alone",
        "as Stable Diffusion 1",
        "as Stable Diffusion 2",
        "as SDXL, second",
        "tokenizer.json alone",
        "tokenizer.json, another pad",
        "map alone",
        "no maximum"
      })
  void tokenizesAsTransformersDoes(String form) throws IOException {
    JsonNode recorded;
    try (InputStream json = getClass().getResourceAsStream("tokenizers.json")) {
      recorded = MAPPER.readTree(json);
    }
    JsonNode expected = recorded.path("forms").path(form);
    for (JsonNode file : expected.path("files")) {
      copy(file.asText());
    }
    if (expected.path("config").isObject()) {
      MAPPER.writeValue(file("tokenizer_config.json").toFile(), expected.path("config"));
    }
    if (expected.path("map").isObject()) {
      MAPPER.writeValue(file("special_tokens_map.json").toFile(), expected.path("map"));
    }
    Tokenizer tokenizer = read();
    assertEquals(expected.path("begin").asInt(), tokenizer.beginToken());
    assertEquals(expected.path("end").asInt(), tokenizer.endToken());
    assertEquals(expected.path("pad").asInt(), tokenizer.padToken());
    assertEquals(expected.path("maximum").asInt(), tokenizer.maximumLength());
    Path json = Files.write(folder.resolve("made.json"), tokenizer.tokenizerJson());
    try (HuggingFaceTokenizer actual =
        HuggingFaceTokenizer.newInstance(
            json, Map.of("truncation", "false", "padding", "false", "modelMaxLength", "100000"))) {
      JsonNode prompts = recorded.path("prompts");
      for (int i = 0; i < prompts.size(); i++) {
        long[] ids = MAPPER.convertValue(expected.path("ids").get(i), long[].class);
        String prompt = prompts.get(i).asText();
        assertArrayEquals(ids, actual.encode(prompt).getIds(), prompt);
      }
    }
  }

  @Test
  void theTextEncodersPositionsLimitTheLength() throws IOException {
    copy("tokenizer.json");
    Files.writeString(file("tokenizer_config.json"), "{\"model_max_length\": 77}");
    assertEquals(
        24, new TokenizerFiles(new CheckpointFolder(folder), "t").read(24).maximumLength());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokenizer_config.json | {\"tokenizer_class\": \"T5Tokenizer\"} | T5Tokenizer",
        "tokenizer_config.json | {\"padding_side\": \"left\"} | padding_side is left",
        "tokenizer_config.json | {\"pad_token\": \"[nope]\"} | no id for its pad_token \"[nope]\"",
        "tokenizer_config.json | {\"added_tokens_decoder\": {\"x\": {}}} | id \"x\"",
        "tokenizer_config.json | {\"added_tokens_decoder\": {\"3\": {}}} | without content",
        "tokenizer_config.json | {\"a\": 1, \"a\": 2} | not valid JSON",
        "tokenizer_config.json | [] | does not hold a JSON object",
        "added_tokens.json | {} | added_tokens.json",
        "vocab.json | {\"a\": 0, \"b\": 0} | gives the token \"b\" the id 0",
        "vocab.json | {\"a\": -1} | gives the token \"a\" the id -1",
        "vocab.json | {\"a\": \"b\"} | gives the token \"a\"",
        "vocab.json | {\"a\": 0} | merges.txt, line 2",
        "merges.txt | a b c | merges.txt, line 1",
        "tokenizer.json | {\"model\": 3} | not a byte-pair encoding",
        "tokenizer.json | {\"model\": {\"type\": \"Unigram\", \"vocab\": []}} | not a byte-pair",
      })
  void refusesMalformedFiles(String name, String content, String expected) throws IOException {
    copy("vocab.json");
    copy("merges.txt");
    Files.writeString(file(name), content);
    DoptException e = assertThrows(DoptException.class, this::read);
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().contains(folder.resolve("t").toString()), e.getMessage());
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    copy("vocab.json");
    DoptException e = assertThrows(DoptException.class, this::read);
    assertEquals(ErrorCode.BAD_INPUT, e.code());
    assertTrue(e.getMessage().contains("vocab.json with a merges.txt"), e.getMessage());
  }

  @Test
  void mutatedFilesNeverEscapeAsAnythingButDoptException() throws IOException {
    Random random = new Random(20261121);
    int refused = 0;
    for (List<String> names :
        List.of(
            List.of("tokenizer.json", "tokenizer_config.json"),
            List.of("vocab.json", "merges.txt", "special_tokens_map.json"))) {
      for (int round = 0; round < 400; round++) {
        String victim = names.get(random.nextInt(names.size()));
        for (String name : names) {
          byte[] bytes = Files.readAllBytes(SOURCE.resolve(name));
          for (int flips = victim.equals(name) ? random.nextInt(3) : -1; flips >= 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
          }
          Files.write(file(name), bytes);
        }
        try {
          read();
        } catch (DoptException e) {
          refused++;
        }
      }
      for (String name : names) {
        Files.delete(file(name));
      }
    }
    assertTrue(refused > 200, "only " + refused + " of 800 refused");
  }

  private Tokenizer read() {
    return new TokenizerFiles(new CheckpointFolder(folder), "t").read(77);
  }

  private void copy(String name) throws IOException {
    Files.copy(SOURCE.resolve(name), file(name));
  }

  private Path file(String name) throws IOException {
    return Files.createDirectories(folder.resolve("t")).resolve(name);
  }
}
