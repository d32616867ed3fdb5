package io.dopt.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputFolderTest {
  private static final String MARKER = "manifest.json";

  @TempDir private Path folder;

  @Test
  void aTemporaryFolderIsNeitherInTheWayOfOthersNorLeft() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("bundle.trials"));
    try (OutputFolder output = OutputFolder.temporary(taken)) {
      Path file = Files.writeString(output.resolve("a/b"), "x");
      assertTrue(Files.isHidden(folder.resolve(folder.relativize(file).getName(0))));
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(taken), left.toList());
    }
  }

  @Test
  void appearsWholeAtTheCommit() throws IOException {
    Path target = folder.resolve("build/bundle");
    try (OutputFolder output = OutputFolder.create(target, false, MARKER)) {
      Files.writeString(output.resolve("unet/weights.bin"), "w");
      Files.writeString(output.resolve(MARKER), "{}");
      assertFalse(Files.exists(target));
      output.commit();
    }
    assertEquals(List.of("manifest.json", "unet", "unet/weights.bin"), contents(target));
    assertEquals(List.of("bundle"), names(target.getParent()));
  }

  @Test
  void leavesNothingWithoutACommit() throws IOException {
    try (OutputFolder output = OutputFolder.create(folder.resolve("a/b/c"), false, MARKER)) {
      Files.writeString(output.resolve("deep/er/file"), "x");
    }
    assertEquals(List.of(), names(folder));
  }

  @Test
  void keepsParentFoldersThatWereThere() throws IOException {
    Files.createDirectory(folder.resolve("a"));
    OutputFolder.create(folder.resolve("a/b/c"), false, MARKER).close();
    assertEquals(List.of("a"), contents(folder));
  }

  @Test
  void refusesAnExistingTargetUnlessForced() throws IOException {
    Path target = bundle("old");
    DoptException e =
        assertThrows(DoptException.class, () -> OutputFolder.create(target, false, MARKER));
    assertEquals(ErrorCode.IO, e.code());
    assertTrue(e.getMessage().contains("--force"), e.getMessage());
    try (OutputFolder output = OutputFolder.create(target, true, MARKER)) {
      Files.writeString(output.resolve("new"), "n");
      assertEquals(List.of("manifest.json", "old"), contents(target));
      output.commit();
    }
    assertEquals(List.of("new"), contents(target));
    assertEquals(List.of("bundle"), names(folder));
  }

  @Test
  void forceKeepsTheOldFolderWhenTheNewOneFails() throws IOException {
    Path target = bundle("old");
    OutputFolder.create(target, true, MARKER).close();
    assertEquals(List.of("manifest.json", "old"), contents(target));
  }

  @Test
  void forceNeverReplacesAFolderOfAnotherKind() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    Files.writeString(home.resolve("thesis.tex"), "years of work");
    assertThrows(DoptException.class, () -> OutputFolder.create(home, true, MARKER));
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThrows(DoptException.class, () -> OutputFolder.create(file, true, MARKER));
    Path link = Files.createSymbolicLink(folder.resolve("link"), bundle("old"));
    assertThrows(DoptException.class, () -> OutputFolder.create(link, true, MARKER));
    assertEquals(List.of("thesis.tex"), contents(home));
  }

  @Test
  void refusesATargetThatAppearsMeanwhile() throws IOException {
    Path target = folder.resolve("bundle");
    try (OutputFolder output = OutputFolder.create(target, false, MARKER)) {
      bundle("other");
      assertThrows(DoptException.class, output::commit);
    }
    assertEquals(List.of("manifest.json", "other"), contents(target));
    assertEquals(List.of("bundle"), names(folder));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x", "a/../../x", "/etc/x", "", "a//b", "a/", "./a", "a\\..\\b", "a\0b", ".."})
  void refusesPathsThatLeadOutside(String relative) {
    try (OutputFolder output = OutputFolder.create(folder.resolve("bundle"), false, MARKER)) {
      assertThrows(DoptException.class, () -> output.resolve(relative));
    }
  }

  @Test
  void refusesPathsThroughLinks() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    try (OutputFolder output = OutputFolder.create(folder.resolve("bundle"), false, MARKER)) {
      Files.createSymbolicLink(output.resolve("link"), elsewhere);
      assertThrows(DoptException.class, () -> output.resolve("link/x"));
      assertThrows(DoptException.class, () -> output.resolve("link"));
    }
    assertEquals(List.of(), contents(elsewhere));
  }

  @Test
  void leavesNothingWhenTheProcessIsStopped() throws Exception {
    Path target = folder.resolve("parent/bundle");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                target.toString())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream()))) {
      assertEquals("writing", lines.readLine());
      assertEquals(1, names(target.getParent()).size());
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    }
    assertEquals(List.of(), names(folder));
  }

  /** Keeps writing files until it is stopped. */
  static final class Writer {
    public static void main(String[] arguments) throws IOException {
      OutputFolder output = OutputFolder.create(Path.of(arguments[0]), false, MARKER);
      for (int i = 0; ; i++) {
        Files.writeString(output.resolve("folder" + i % 50 + "/file" + i), "x");
        if (i == 20) {
          System.out.println("writing");
        }
      }
    }
  }

  @Test
  void aFullDiskNamesPathAndSize() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    IOException cause = assertThrows(IOException.class, () -> Files.write(full, new byte[10]));
    DoptException e = WriteFailure.of(Path.of("out/weights.bin"), 1234, cause);
    assertEquals(ErrorCode.IO, e.code());
    assertEquals(
        "out/weights.bin (1234 bytes) cannot be written: the disk is full. Free some space or name"
            + " an output on another disk.",
        e.getMessage());
  }

  private Path bundle(String content) throws IOException {
    Path target = Files.createDirectory(folder.resolve("bundle"));
    Files.writeString(target.resolve(MARKER), "{}");
    Files.writeString(target.resolve(content), "x");
    return target;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> contents(Path folder) throws IOException {
    try (Stream<Path> entries = Files.walk(folder)) {
      return entries
          .filter(entry -> !entry.equals(folder))
          .map(entry -> folder.relativize(entry).toString())
          .sorted()
          .toList();
    }
  }
}
