package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource({"tar, deep/bundle.tar", "oci, context", "triton, repository", "oci, ."})
  void anOutputInTheBundleIsRefused(String kind, String inside) {
    Path output = bundle().resolve(inside);
    CommandLineRun run = CommandLineRun.of("deploy", bundle(), "--to", kind, output, "--force");
    assertEquals(2, run.exitCode(), run.err());
    assertTrue(run.err().contains("would replace the bundle"), run.err());
    assertFalse(Files.exists(bundle().resolve("deep")));
  }

  @Test
  void anOutputBehindALinkIntoTheBundleIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), bundle());
    CommandLineRun run = CommandLineRun.of("deploy", bundle(), "--to", "oci", link.resolve("new"));
    assertEquals(2, run.exitCode(), run.err());
  }

  @Test
  void foreignFilesAreCountedAndTheFirstNamed() throws IOException {
    for (int i = 0; i < 20; i++) {
      Files.writeString(Files.createDirectories(folder.resolve("notes")).resolve("n" + i), "");
    }
    Files.move(folder.resolve("notes"), bundle().resolve("notes"));
    CommandLineRun run =
        CommandLineRun.of("deploy", bundle(), "--to", "tar", folder.resolve("again.tar"));
    for (int i = 0; i < 20; i++) {
      Files.delete(bundle().resolve("notes").resolve("n" + i));
    }
    Files.delete(bundle().resolve("notes"));
    assertEquals(0, run.exitCode(), run.err());
    assertTrue(run.err().contains("notes/n0, notes/n1, notes/n10 and 17 more files."), run.err());
  }

  @Test
  void theChoicesOfEnginesAreInLowerCase() {
    assertTrue(CommandLineRun.of("deploy", "--help").out().contains("auto, static, dynamic, all"));
  }
}
