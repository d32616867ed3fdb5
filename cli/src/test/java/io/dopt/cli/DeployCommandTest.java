package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dopt.tensor.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeployCommandTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path bundle() {
    return shared.resolve("bundle");
  }

  @BeforeAll
  static void compile() {
    Path checkpoint = Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny");
    CommandLineRun run =
        CommandLineRun.of(
            "compile", checkpoint, "-o", bundle(), "--cache", shared.resolve("cache"));
    assertEquals(0, run.exitCode(), run.err());
  }

  @Test
  void anArchiveIsReportedWithItsHashAndNeverReplacedUnasked() throws IOException {
    Path archive = folder.resolve("deep").resolve("bundle.tar");
    CommandLineRun run = CommandLineRun.of("deploy", bundle(), "--to", "tar", archive, "--json");
    assertEquals(0, run.exitCode(), run.err());
    JsonNode result = new ObjectMapper().readTree(run.out());
    assertEquals("tar", result.path("to").asText());
    assertEquals(Sha256.of(archive), result.path("sha256").asText());
    assertEquals(Files.size(archive), result.path("bytes").asLong());

    CommandLineRun again = CommandLineRun.of("deploy", bundle(), "--to", "tar", archive);
    assertEquals(5, again.exitCode());
    assertTrue(again.err().contains("already exists"), again.err());
    CommandLineRun forced =
        CommandLineRun.of("deploy", bundle(), "--to", "tar", archive, "--force");
    assertEquals(0, forced.exitCode(), forced.err());
    assertTrue(forced.out().contains(result.path("sha256").asText()), forced.out());
  }

  @Test
  void anUnknownKindIsRefused() {
    CommandLineRun run = CommandLineRun.of("deploy", bundle(), "--to", "zip", folder);
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("zip"), run.err());
  }
}
