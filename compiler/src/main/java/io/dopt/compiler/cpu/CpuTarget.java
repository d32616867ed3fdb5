package io.dopt.compiler.cpu;

import io.dopt.compiler.lowering.Lowerings;
import io.dopt.compiler.onnx.OnnxModelFile;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.OnnxEngineWriter;
import io.dopt.compiler.target.Target;
import io.dopt.ir.Graph;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.tensor.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.function.LongConsumer;

/**
 * ONNX Runtime on the CPU: per bucket one ONNX model with static shapes, {@code dynamic.onnx} for
 * the rest, and one file of weights that all of them share.
 */
public final class CpuTarget implements Target {
  private final Lowerings lowerings = Lowerings.cpu();

  @Override
  public String name() {
    return "cpu";
  }

  /** From the build, for asking ONNX Runtime would load its native library. */
  @Override
  public String version() {
    try (InputStream in = CpuTarget.class.getResourceAsStream("version.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return "onnxruntime "
          + properties.getProperty("onnxruntime")
          + " opset "
          + OnnxModelFile.OPSET;
    } catch (IOException e) {
      throw new UncheckedIOException("version.properties", e);
    }
  }

  @Override
  public CompiledComponent compile(
      Graph graph, List<SortedMap<String, Long>> buckets, Path folder, LongConsumer progress) {
    return new OnnxEngineWriter(lowerings::lower, OnnxRuntimeEngine.RUNTIME)
        .write(graph, buckets, folder, progress)
        .withPrecision(precision(graph));
  }

  /** The element type that most bytes of the weights have. */
  private static String precision(Graph graph) {
    Map<ElementType, Long> bytes = new EnumMap<>(ElementType.class);
    graph
        .weights()
        .values()
        .forEach(
            weight ->
                bytes.merge(weight.data().elementType(), weight.data().byteSize(), Long::sum));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(entry -> entry.getKey().text())
        .orElse(ElementType.FLOAT32.text());
  }
}
