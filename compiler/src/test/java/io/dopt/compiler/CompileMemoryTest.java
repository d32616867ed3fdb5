package io.dopt.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.EvaluationMaterial;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensors;
import io.dopt.tensor.Shape;
import io.dopt.tensor.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights pass through a compile without ever being in memory together. */
class CompileMemoryTest {
  private static final long SIDE = 4096;
  private static final int TENSORS = 10;

  @TempDir Path folder;

  @Test
  void weightsLargerThanTheHeapAreStreamed() throws Exception {
    Path status = Path.of("/proc/self/status");
    assumeTrue(Files.exists(status), "peak memory is read from /proc");
    Path report = folder.resolve("report");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                CompileMemoryTest.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(report.toFile())
            .start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS));
    String output = Files.readString(report);
    assertEquals(0, process.exitValue(), output);
    long peakKilobytes = Long.parseLong(output.trim());
    // The weights take 655,360 KiB; what is resident is the JVM, ONNX Runtime and a few chunks.
    assertTrue(peakKilobytes < 400 * 1024, "peak resident memory " + peakKilobytes + " KiB");
    long weights = Files.size(folder.resolve("bundle/unet/weights.bin"));
    assertEquals(TENSORS * SIDE * SIDE * Float.BYTES, weights);
  }

  /** Compiles a graph of large weights and prints the peak resident memory in KiB. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path file = folder.resolve("weights");
    try (java.io.RandomAccessFile sparse = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(TENSORS * SIDE * SIDE * Float.BYTES);
    }
    TensorFile weights = TensorFile.open(file);
    GraphBuilder builder = new GraphBuilder("unet");
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(1L, SIDE));
    for (int i = 0; i < TENSORS; i++) {
      long offset = i * SIDE * SIDE * Float.BYTES;
      var tensor = weights.tensor("w" + i, ElementType.FLOAT32, List.of(SIDE, SIDE), offset);
      x = builder.matMul(x, builder.weight("w" + i, LazyTensors.transpose(tensor, List.of(1, 0))));
    }
    builder.output("y", x);
    ObjectNode none = JsonNodeFactory.instance.objectNode();
    Component component = new Component(builder.build(), none, List.of(file));
    PipelineModel model =
        new PipelineModel(
            "Pipeline",
            new TreeMap<>(Map.of("unet", component)),
            new TreeMap<>(),
            Optional.empty(),
            none,
            EvaluationMaterial.NONE,
            List.of(file));
    new Compiler(Targets.standard())
        .compile(model, CompileOptions.to(folder.resolve("bundle")), CompileListener.NONE);
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        System.out.println(line.replaceAll("[^0-9]", ""));
      }
    }
  }
}
