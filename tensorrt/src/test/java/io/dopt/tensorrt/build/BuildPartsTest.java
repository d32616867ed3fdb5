package io.dopt.tensorrt.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.runtime.build.ShapeRange;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildPartsTest {
  @TempDir private Path folder;

  @Test
  void messagesAreLines() {
    BuildMessage message = BuildMessage.failure(ErrorCode.UNSUPPORTED, "a \"node\"\nof two lines");

    assertEquals(Optional.of(message), BuildMessage.ofLine(message.toLine()));
    assertEquals(1, message.toLine().lines().count());
    assertEquals(ErrorCode.UNSUPPORTED, message.code());
  }

  @Test
  void whatIsNoMessageIsNone() {
    for (String line :
        List.of("", "null", "{}", "[]", "{\"kind\":\"OTHER\"}", "text", "{\"kind\"")) {
      assertEquals(Optional.empty(), BuildMessage.ofLine(line), line);
    }
  }

  @Test
  void memoryIsWhatCannotBeTakenBack() {
    String status =
        "VmRSS:\t  900 kB\nRssAnon:\t  300 kB\nRssFile:\t  500 kB\nRssShmem:\t  100 kB\n";

    assertEquals(400 << 10, ProcessMemory.inStatus(status).orElseThrow());
    assertTrue(ProcessMemory.inStatus("Name:\tjava\n").isEmpty());
    assertTrue(ProcessMemory.of(ProcessHandle.current().pid()).orElseThrow() > 1 << 20);
  }

  @Test
  void aDamagedTimingCacheCountsAsEmpty() throws IOException {
    Path file = folder.resolve("cache");
    TimingCacheFile cache = new TimingCacheFile(file);
    assertTrue(cache.content().isEmpty());
    byte[] measured = new byte[1000];
    new Random(1).nextBytes(measured);

    cache.keep(Files.write(folder.resolve("part"), measured));
    assertArrayEquals(measured, cache.content().orElseThrow());
    byte[] changed = measured.clone();
    changed[500] ^= 1;
    Files.write(file, changed);
    assertTrue(cache.content().isEmpty(), "changed");
    Files.write(file, Arrays.copyOf(measured, 999));
    assertTrue(cache.content().isEmpty(), "cut short");

    cache.keep(Files.write(folder.resolve("part"), changed));
    assertArrayEquals(changed, cache.content().orElseThrow(), "the next build replaces it");
  }

  @Test
  void aTimingCacheOfAnotherToolIsTakenAsItIs() throws IOException {
    byte[] measured = {1, 2, 3};
    Path file = Files.write(folder.resolve("cache"), measured);

    assertArrayEquals(measured, new TimingCacheFile(file).content().orElseThrow());
  }

  @Test
  void namesTheNodesThatTheParserRefuses() {
    DoptException refused =
        ParserErrors.of(
            List.of(
                new ParserErrors.ParserError("kUNSUPPORTED_NODE", "down/Erf", "Erf", "no importer"),
                new ParserErrors.ParserError("kINVALID_NODE", "", "Cast", "bad type")),
            "unet.onnx");

    assertEquals(ErrorCode.UNSUPPORTED, refused.code());
    assertEquals(
        "TensorRT's parser refuses unet.onnx: the node 'down/Erf' (Erf): no importer; the node"
            + " without a name (Cast): bad type.",
        refused.getMessage());
    assertEquals(
        ErrorCode.ENGINE,
        ParserErrors.of(
                List.of(new ParserErrors.ParserError("kINTERNAL_ERROR", "", "", "odd")), "x")
            .code());
  }

  @Test
  void saysWhatHelpsWhereSomethingDoes() {
    assertTrue(failure("Error Code 2: OutOfMemory").contains("--workspace"));
    assertTrue(
        failure("Error Code 10: Could not find any implementation for node {x}.")
            .contains("--exclude"));
    assertTrue(failure("libnvinfer_builder_resource.so.10: cannot open").contains("docs/gpu.md"));
    assertEquals("TensorRT could not build the plan: odd.", failure("odd."));
  }

  private static String failure(String error) {
    return EngineBuild.failure("build the plan", List.of(error)).getMessage();
  }

  @Test
  void holdsTheNetworksShapesAgainstTheProfile() {
    ShapeRange range = new ShapeRange(List.of(1L, 4L), List.of(2L, 4L), List.of(8L, 4L));

    assertDoesNotThrow(() -> EngineProfile.requireFit("x", List.of(-1L, 4L), range));
    for (List<Long> other : List.of(List.of(-1L, 5L), List.of(2L, 4L), List.of(-1L))) {
      DoptException refused =
          assertThrows(DoptException.class, () -> EngineProfile.requireFit("x", other, range));
      assertEquals(ErrorCode.BAD_INPUT, refused.code());
    }
    assertThrows(DoptException.class, () -> EngineProfile.requireFit("x", List.of(1L), null));
  }

  @Test
  void readsTheDriversVersion() {
    String text =
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build";

    assertEquals(Optional.of("580.65.06"), DriverVersion.inModuleVersion(text));
    assertEquals(Optional.empty(), DriverVersion.inModuleVersion("nothing"));
  }
}
