package io.dopt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A CLIP compiles like a pipeline, as far as it is one. */
class CompileClipTest {
  private static final Path CLIP =
      Path.of(System.getProperty("dopt.root"), "examples", "shapes-world-clip");

  @TempDir private Path folder;

  @Test
  void bothTowersGetEnginesForEveryBatch() {
    Path bundle = folder.resolve("bundle");
    CommandLineRun run = compile("-o", bundle, "--batch", "1,4");
    assertEquals(0, run.exitCode(), run.err());
    for (String tower : List.of("text_model", "vision_model")) {
      for (String engine : List.of("batch1.onnx", "batch4.onnx", "dynamic.onnx")) {
        assertTrue(Files.exists(bundle.resolve(tower).resolve(engine)), tower + "/" + engine);
      }
    }
    String inspected = CommandLineRun.of("inspect", bundle).out();
    assertTrue(inspected.contains("tokenizers tokenizer\nbatches [1, 4]"), inspected);
    CommandLineRun generated =
        CommandLineRun.of("generate", bundle, "--prompt", "x", "-o", folder.resolve("x.png"));
    assertEquals(4, generated.exitCode(), generated.err());
  }

  @Test
  void whatItDoesNotHaveIsRefused() {
    CommandLineRun sized = compile("-o", folder.resolve("sized"), "--size", "64x64");
    assertEquals(2, sized.exitCode());
    assertTrue(sized.err().contains("Leave --size out"), sized.err());
    CommandLineRun large = compile("-o", folder.resolve("large"), "--batch", "65");
    assertEquals(2, large.exitCode());
    assertTrue(large.err().contains("takes 1 to 64 images in one call. Use 1 to 64"), large.err());
  }

  private static CommandLineRun compile(Object... options) {
    Object[] words = new Object[options.length + 3];
    words[0] = "compile";
    words[1] = CLIP;
    words[2] = "--no-cache";
    System.arraycopy(options, 0, words, 3, options.length);
    return CommandLineRun.of(words);
  }
}
