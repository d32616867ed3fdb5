package io.dopt.runtime.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.ToyBundle;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptTokenizerTest {
  @TempDir private Path folder;

  /** Recorded with transformers 5.18: begin, prompt, end; the rest of the window is padding. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; 614 615",
        "a small red circle; 614 320 605 601 562 615",
        "A  Large, BLUE star!!; 614 320 586 267 546 608 0 256 615",
        "x<|endoftext|>y; 614 343 615 344 615"
      })
  void encodesAsTransformers(String prompt, String expected) {
    long[] ids = new long[24];
    Arrays.fill(ids, 615);
    long[] start = Arrays.stream(expected.split(" ")).mapToLong(Long::parseLong).toArray();
    System.arraycopy(start, 0, ids, 0, start.length);
    try (PromptTokenizer tokenizer =
        PromptTokenizer.open(ToyBundle.stableDiffusion(folder).open(), "tokenizer")) {
      TokenizedPrompt tokens = tokenizer.encode(prompt);
      assertArrayEquals(ids, tokens.ids());
      assertTrue(tokens.dropped().isEmpty());
    }
  }

  @Test
  void keepsTheEndTokenAndNamesTheDroppedPart() {
    try (PromptTokenizer tokenizer =
        PromptTokenizer.open(ToyBundle.stableDiffusion(folder).open(), "tokenizer")) {
      long[] ids = new long[24];
      Arrays.fill(ids, 608);
      ids[0] = 614;
      ids[23] = 615;
      TokenizedPrompt exact = tokenizer.encode("star ".repeat(22));
      assertArrayEquals(ids, exact.ids());
      assertTrue(exact.dropped().isEmpty());
      // A character outside the basic plane is two chars in Java and one to the tokenizer.
      TokenizedPrompt tooLong = tokenizer.encode("star ".repeat(22) + "Red 🎉 circle");
      assertArrayEquals(ids, tooLong.ids());
      assertEquals("Red 🎉 circle", tooLong.dropped().orElseThrow());

      // A character may be cut in two: only its first three bytes fit.
      TokenizedPrompt unicode = tokenizer.encode("naïve café — 日本 🎉");
      assertArrayEquals(
          new long[] {
            614, 77, 64, 127, 107, 85, 324, 66, 64, 69, 127, 358, 158, 222, 498, 162, 245, 98, 162,
            250, 361, 172, 253, 615
          },
          unicode.ids());
      assertEquals("🎉", unicode.dropped().orElseThrow());
    }
  }

  @Test
  void refusesAMalformedOrMissingTokenizer() throws IOException {
    Bundle bundle = ToyBundle.stableDiffusion(folder).open();
    assertThrows(DoptException.class, () -> PromptTokenizer.open(bundle, "tokenizer_2"));
    Path file = folder.resolve("tokenizer/tokenizer.json");
    byte[] json = Files.readAllBytes(file);
    for (byte[] broken :
        List.of(
            Arrays.copyOf(json, json.length / 2),
            "{}".getBytes(StandardCharsets.UTF_8),
            new byte[0])) {
      Files.write(file, broken);
      DoptException error =
          assertThrows(DoptException.class, () -> PromptTokenizer.open(bundle, "tokenizer"));
      assertEquals(ErrorCode.BAD_INPUT, error.code());
      assertTrue(error.getMessage().contains("tokenizer.json"), error.getMessage());
    }
  }

  @Test
  void isSharedByThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (PromptTokenizer tokenizer =
        PromptTokenizer.open(ToyBundle.stableDiffusion(folder).open(), "tokenizer")) {
      List<Callable<long[]>> tasks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String prompt = "star ".repeat(i % 10);
        tasks.add(() -> tokenizer.encode(prompt).ids());
      }
      List<Future<long[]>> results = threads.invokeAll(tasks);
      for (int i = 0; i < results.size(); i++) {
        long stars = Arrays.stream(results.get(i).get()).filter(id -> id == 608).count();
        assertEquals(i % 10, stars);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
