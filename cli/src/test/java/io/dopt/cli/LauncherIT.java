package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./dopt} as a process; runs after the package phase, so that dopt is built. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
  private static final Path DOPT = Path.of(System.getProperty("dopt.root"), "dopt");

  @TempDir Path folder;

  private record Finished(int exitCode, String out, String err) {}

  private Finished run(Map<String, String> environment, Path command, String... arguments)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command.toString()));
    words.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
    return new Finished(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void worksFromAnyFolderAndThroughLinks() throws Exception {
    Path first = Files.createSymbolicLink(folder.resolve("first"), DOPT);
    Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("first"));

    Finished finished = run(Map.of(), first.resolveSibling(second), "--version");

    assertEquals(0, finished.exitCode, finished.err);
    assertTrue(finished.out.startsWith("dopt "), finished.out);
    assertEquals("", finished.err);
  }

  @Test
  void startsInLessThanHalfASecondWhenWarm() throws Exception {
    run(Map.of(), DOPT, "--version");
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 20 && best >= 500_000_000L; i++) {
      long start = System.nanoTime();
      run(Map.of(), DOPT, "--version");
      best = Math.min(best, System.nanoTime() - start);
    }

    assertTrue(best < 500_000_000L, best + " ns");
  }

  @Test
  void passesExitCodesAndShowsNoStackTrace() throws Exception {
    Finished finished = run(Map.of(), DOPT, "doctor", "--surplus");

    assertEquals(2, finished.exitCode);
    assertTrue(finished.err.startsWith("dopt: error: "), finished.err);
    assertFalse(finished.err.contains("\tat "), finished.err);
  }

  @Test
  void saysWhatIsWrongWithJavaHome() throws Exception {
    Finished finished = run(Map.of("JAVA_HOME", folder.toString()), DOPT, "--version");

    assertEquals(5, finished.exitCode);
    assertTrue(finished.err.contains("JAVA_HOME is " + folder), finished.err);
  }

  @Test
  void refusesAnOldJava() throws Exception {
    Path java = Files.createDirectories(folder.resolve("old/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\n");
    assertTrue(java.toFile().setExecutable(true));
    Files.writeString(folder.resolve("old/release"), "JAVA_VERSION=\"1.8.0_402\"\n");

    Finished finished =
        run(Map.of("JAVA_HOME", folder.resolve("old").toString()), DOPT, "--version");

    assertEquals(5, finished.exitCode);
    assertTrue(finished.err.contains("needs a JDK 17 or newer"), finished.err);
    assertTrue(finished.err.contains("1.8.0_402"), finished.err);
  }

  @Test
  void givesTheJvmWhatDoptJavaOptsSays() throws Exception {
    Finished finished = run(Map.of("DOPT_JAVA_OPTS", "-Xmx300m"), DOPT, "doctor");

    assertTrue(finished.out.contains("Java heap up to 2"), finished.out);
  }

  @Test
  void leavesNothingInTheTemporaryFolder() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));

    Finished finished =
        run(Map.of("DOPT_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary), DOPT, "doctor");

    assertEquals(0, finished.exitCode, finished.err);
    try (Stream<Path> left = Files.list(temporary)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
