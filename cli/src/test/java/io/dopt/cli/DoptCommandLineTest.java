package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoptCommandLineTest {

  @Test
  void versionNamesDoptAndJava() {
    CommandLineRun run = CommandLineRun.of("--version");

    assertEquals(0, run.exitCode());
    assertTrue(
        run.out().matches("dopt [0-9]+\\.[0-9]+\\.[0-9]+\\S* \\(Java 1.*\\)\\s+"), run.out());
  }

  @Test
  void noCommandIsAUsageError() {
    CommandLineRun run = CommandLineRun.of();

    assertEquals(2, run.exitCode());
    assertEquals("", run.out());
    assertTrue(run.err().contains("Usage: dopt"), run.err());
    assertTrue(run.err().contains("compile"), run.err());
    assertTrue(CommandLineRun.of("--json").out().contains("Say what to do"));
  }

  @Test
  void helpExplains() {
    assertTrue(CommandLineRun.of("help").out().contains("Usage: dopt"));
    assertEquals(
        CommandLineRun.of("eval", "--help").out(), CommandLineRun.of("help", "eval").out());
    assertEquals(2, CommandLineRun.of("help", "nothing").exitCode());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--height=512 | --size HxW",
        "--num_inference_steps | --steps",
        "--guidance-scale | --guidance",
        "--negative_prompt | --negative-prompt",
      })
  void diffusersNamesLeadToThoseHere(String option, String here) {
    CommandLineRun run = CommandLineRun.of("generate", "none", "--prompt", "a", option, "1");

    assertEquals(2, run.exitCode());
    assertTrue(
        run.err().contains("no option '" + option + "'. Did you mean " + here + "? See"),
        run.err());
  }

  @Test
  void generateWithoutAPromptSaysWhatToGive() {
    CommandLineRun run = CommandLineRun.of("generate", "none", "-o", "none.png");

    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("give --prompt TEXT or --prompts FILE."), run.err());
  }

  @Test
  void aMistypedCommandIsRefusedWithASuggestion() {
    CommandLineRun run = CommandLineRun.of("doctr");

    assertEquals(2, run.exitCode());
    assertTrue(
        run.err().startsWith("dopt: error: There is no command 'doctr'. Did you mean doctor"),
        run.err());
  }

  @Test
  void aMistypedOptionIsRefusedWithASuggestion() {
    CommandLineRun run = CommandLineRun.of("doctor", "--quite");

    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("'--quite'"), run.err());
    assertTrue(run.err().contains("--quiet"), run.err());
    assertTrue(run.err().contains("'dopt doctor --help'"), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--guidance | nan | 'nan' is not a finite number",
        "--guidance | -Infinity | '-Infinity' is not a finite number",
        "--guidance | strong | 'strong' is not a finite number",
        "--seed | 99999999999999999999 | '99999999999999999999' is not a whole number from -92",
        "--steps | 2.5 | '2.5' is not a whole number from -2147483648 to 2147483647",
        "--steps | 0 | it must be at least 1, not 0",
        "--count | -3 | it must be at least 1, not -3",
        "--seed | 9223372036854775807 | the last would be above 9223372036854775807"
      })
  void aNumberThatIsNoneIsRefusedInPlainWords(String option, String value, String words) {
    CommandLineRun run =
        CommandLineRun.of(
            "generate", "none", "--prompt", "a", "--prompt", "b", "-o", "none", option, value);

    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains(words), run.err());
    boolean namesTheOption = run.err().contains("Invalid value for option '" + option + "': ");
    assertTrue(namesTheOption || run.err().contains("Seed: "), run.err());
  }

  @Test
  void moreThreadsThanProcessorsAreAWarning() {
    CommandLineRun run =
        CommandLineRun.of(
            "eval", "none", "--report", "none", "--threads", Integer.MAX_VALUE, "--count", 1);

    assertTrue(run.err().contains("warning: --threads 2147483647 is more than"), run.err());
  }

  @Test
  void withJsonAnErrorIsAlsoADocumentOnStandardOutput() throws Exception {
    CommandLineRun run = CommandLineRun.of("doctor", "--json", "surplus");

    JsonNode error = new ObjectMapper().readTree(run.out()).get("error");
    assertEquals("USAGE", error.get("code").asText());
    assertEquals(2, error.get("exitCode").asInt());
    assertTrue(error.get("message").asText().contains("surplus"), run.out());
  }

  @Test
  void completionIsAScriptThatKnowsTheCommands() {
    CommandLineRun run = CommandLineRun.of("completion");

    assertEquals(0, run.exitCode());
    assertTrue(run.out().startsWith("#!/usr/bin/env bash"), run.out().substring(0, 40));
    assertTrue(run.out().contains("doctor"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"compile", "generate", "run", "bench", "inspect", "synth", "doctor", "completion"})
  void everyCommandExplainsItself(String command) {
    CommandLineRun run = CommandLineRun.of(command, "--help");

    assertEquals(0, run.exitCode());
    assertTrue(run.out().contains("Usage: dopt " + command), run.out());
  }

  @Test
  void doctorFindsTheEngine() throws Exception {
    CommandLineRun run = CommandLineRun.of("doctor", "--json");

    JsonNode report = new ObjectMapper().readTree(run.out());
    assertEquals(0, run.exitCode());
    assertTrue(report.get("onnxRuntime").get("found").asBoolean(), run.out());
    assertTrue(report.get("processor").get("cores").asInt() >= 1);
    assertTrue(report.get("memory").get("maximumHeap").asLong() > 0);
  }
}
