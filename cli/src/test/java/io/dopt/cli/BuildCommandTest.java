package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dopt.compiler.tensorrt.TensorRtTarget;
import io.dopt.runtime.build.PlanBuilders;
import io.dopt.tensor.DoptException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before, and without, a GPU; the builds themselves are BundleBuildTest's. */
class BuildCommandTest {
  @TempDir static Path folder;

  @BeforeAll
  static void writePackage() {
    CommandLineRun compiled =
        CommandLineRun.of(
            "compile",
            Path.of(System.getProperty("dopt.root"), "testdata", "fixtures", "sd15-tiny"),
            "--target",
            "tensorrt",
            "--portable",
            "--no-check",
            "--no-cache",
            "-o",
            folder.resolve("package"));
    assertEquals(0, compiled.exitCode(), compiled.err());
  }

  private static CommandLineRun build(Object... options) {
    Object[] words = new Object[options.length + 4];
    words[0] = "build";
    words[1] = folder.resolve("package");
    words[2] = "-o";
    words[3] = folder.resolve("bundle");
    System.arraycopy(options, 0, words, 4, options.length);
    return CommandLineRun.of(words);
  }

  private static void assertRefused(int exitCode, String reason, CommandLineRun run) {
    assertEquals(exitCode, run.exitCode(), run.err());
    assertTrue(run.err().contains(reason), run.err());
    assertFalse(Files.exists(folder.resolve("bundle")));
  }

  @Test
  void saysWhatIsMissing() {
    assumeTrue(cannotBuild(), "there is all that it takes here");
    boolean without = PlanBuilders.find(TensorRtTarget.NAME).isEmpty();

    CommandLineRun run = build();
    assertRefused(6, without ? "built without GPU support" : "NVIDIA driver", run);
    assertTrue(run.err().contains("to the GPU host"), run.err());
    assertFalse(run.err().contains("--portable"), run.err());
    assertTrue(!without || run.err().contains("Here: "), run.err());
  }

  @Test
  void saysInItsOwnWordsWhatIsCompared() {
    String help = CommandLineRun.of("build", "--help").out();

    assertTrue(help.contains("--against"), help);
    assertFalse(help.contains("float32"), help);
    assertFalse(help.contains("--allow-fallback"), help);
    assertFalse(help.contains("int8-weight"), help);
  }

  private static boolean cannotBuild() {
    try {
      PlanBuilders.find(TensorRtTarget.NAME).ifPresent(builder -> builder.host());
      return PlanBuilders.find(TensorRtTarget.NAME).isEmpty();
    } catch (DoptException e) {
      return true;
    }
  }

  @Test
  void aPackageIsNotServed() {
    CommandLineRun run = CommandLineRun.of("serve", folder.resolve("package"), "--port", "0");
    assertRefused(4, "Run 'dopt build' on the GPU host first", run);
  }

  @Test
  void refusesWhatWouldHaveNoEffect() {
    assertRefused(2, "there is no --against", build("--allow-slower"));
    assertRefused(2, "there is no --against", build("--quality-budget", "psnr>=30"));
    Path itself = folder.resolve("package");
    assertRefused(2, "whose speed says nothing", build("--against", itself, "--allow-slower"));
    assertRefused(2, "leaves nothing to compare", build("--against", itself, "--no-gate"));
    assertRefused(2, "--allow-fallback", build("--against", itself, "--allow-fallback"));
  }

  @Test
  void refusesOptionsThatContradictEachOther() {
    assertRefused(2, "by refitting", build("--strip-plan"));
    assertRefused(2, "not a duration", build("--time-limit", "5"));
    assertRefused(2, "not a size", build("--memory-limit", "much"));
    assertRefused(2, "not a size with its unit", build("--memory-limit", "24"));
    assertRefused(2, "1MiB or more", build("--workspace", "4KiB"));
    assertRefused(2, "0 to 5", build("--optimization-level", "6"));
  }

  @Test
  void refusesAChangedSpecification() throws Exception {
    Path file = folder.resolve("package").resolve("build.json");
    String text = Files.readString(file);
    try {
      Files.writeString(file, text.replace("f16", "f32"));
      assertRefused(3, "was changed after it was compiled", build());
      CommandLineRun inspected = CommandLineRun.of("inspect", folder.resolve("package"));
      assertEquals(3, inspected.exitCode(), inspected.out());
    } finally {
      Files.writeString(file, text);
    }
  }

  @Test
  void refusesWhatIsNoPackage() {
    CommandLineRun run = CommandLineRun.of("build", folder, "-o", folder.resolve("bundle"));

    assertEquals(3, run.exitCode(), run.err());
  }
}
