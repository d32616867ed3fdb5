package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectCommandTest {
  private static final Path CHECKPOINT =
      Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");

  @TempDir Path folder;

  private static CommandLineRun graph(Object... more) {
    Object[] words = new Object[more.length + 4];
    words[0] = "inspect";
    words[1] = CHECKPOINT;
    words[2] = "--ir";
    words[3] = "unet";
    System.arraycopy(more, 0, words, 4, more.length);
    return CommandLineRun.of(words);
  }

  @Test
  void readsWhatItPrinted() throws IOException {
    Path text = Files.writeString(folder.resolve("unet.ir"), graph().out());

    CommandLineRun run = CommandLineRun.of("inspect", text, "--json");

    assertEquals(0, run.exitCode(), run.err());
    JsonNode read = new ObjectMapper().readTree(run.out());
    JsonNode parts =
        new ObjectMapper()
            .readTree(CommandLineRun.of("inspect", CHECKPOINT, "--json").out())
            .get("components");
    for (JsonNode part : parts) {
      if (part.get("name").asText().equals("unet")) {
        assertEquals("unet", read.get("graph").asText());
        assertEquals(part.get("graphs").get("unet"), read.get("summary"));
      }
    }
    assertTrue(CommandLineRun.of("inspect", text).out().contains("encoder_hidden_states f32"));
  }

  @Test
  void saysWhatPlansAndReportsAre() throws IOException {
    Path plan =
        Files.writeString(
            folder.resolve("plan.json"),
            "{\"formatVersion\": 1, \"component\": \"unet\","
                + " \"layers\": {\"a/Conv\": \"int8\", \"b/Conv\": \"f32\", \"c\": \"int8\"}}");
    CommandLineRun planned = CommandLineRun.of("inspect", plan);
    assertEquals(0, planned.exitCode(), planned.err());
    assertTrue(planned.out().contains("A plan") && planned.out().matches("(?s).*int8 +2\\b.*"));
    Files.writeString(
        folder.resolve("report.json"),
        "{\"formatVersion\": 1, \"verdict\": {\"passed\": true}, \"metrics\": [],"
            + " \"candidate\": {\"label\": \"fast\"}, \"reference\": {\"label\": \"exact\"}}");
    CommandLineRun report = CommandLineRun.of("inspect", folder);
    assertEquals(0, report.exitCode(), report.err());
    assertTrue(report.out().contains("fast against exact, passed"), report.out());
    Path cut = Files.writeString(folder.resolve("cut.json"), "{\"verdict\": {\n\"passed\"");
    CommandLineRun broken = CommandLineRun.of("inspect", cut);
    assertEquals(3, broken.exitCode(), broken.err());
    assertTrue(broken.err().contains("see line 2"), broken.err());
  }

  @Test
  void showsTheGraphAfterPassesToo() throws IOException {
    CommandLineRun rewritten = graph("--after-passes");

    assertEquals(0, rewritten.exitCode(), rewritten.err());
    assertTrue(graph().out().contains("= Geglu("));
    assertFalse(rewritten.out().contains("= Geglu("), "SplitGegluProjection has run");
    Path text = Files.writeString(folder.resolve("unet.ir"), rewritten.out());
    assertEquals(0, CommandLineRun.of("inspect", text).exitCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "graph g\noutput x = %y",
        "graph g",
        "graph ",
        "// nothing",
        "graph g\ninput %x : f32[9999999999999999999]\noutput x = %x",
        "graph g\nweight %w : f32[4611686018427387904, 4] = #00\noutput x = %w",
        "graph g\nweight %w : f32[2305843009213693951] = #00\noutput x = %w",
      })
  void refusesTextThatIsNoGraph(String content) throws IOException {
    Path text = Files.writeString(folder.resolve("broken.ir"), content);

    CommandLineRun run = CommandLineRun.of("inspect", text);

    assertEquals(3, run.exitCode(), run.err());
    assertTrue(run.err().contains(text.toString()), run.err());
    assertFalse(run.err().contains("\tat "), run.err());
  }

  @Test
  void refusesOptionsThatDoNotFitThePath() throws IOException {
    Path text = Files.writeString(folder.resolve("unet.ir"), graph().out());
    Path bundle = Files.createDirectory(folder.resolve("bundle"));
    Files.writeString(bundle.resolve("manifest.json"), "{}");

    for (Path path : new Path[] {text, bundle}) {
      assertUsage("--variant", path, "--variant", "fp16");
      assertUsage("--config", path, "--config", CHECKPOINT);
      assertUsage("--prediction-type", path, "--prediction-type", "epsilon");
      assertUsage("--ir", path, "--ir", "unet");
    }
    assertUsage("--after-passes", CHECKPOINT, "--after-passes");
  }

  private static void assertUsage(String option, Object... words) {
    Object[] all = new Object[words.length + 1];
    all[0] = "inspect";
    System.arraycopy(words, 0, all, 1, words.length);
    CommandLineRun run = CommandLineRun.of(all);
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains("dopt: error: " + option), run.err());
  }
}
