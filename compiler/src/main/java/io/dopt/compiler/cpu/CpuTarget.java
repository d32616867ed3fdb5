package io.dopt.compiler.cpu;

import io.dopt.compiler.lowering.LoweredGraph;
import io.dopt.compiler.lowering.LoweringChoice;
import io.dopt.compiler.lowering.Lowerings;
import io.dopt.compiler.onnx.OnnxModelFile;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.compiler.onnx.WeightsFile;
import io.dopt.compiler.onnx.WeightsLayout;
import io.dopt.compiler.target.CompiledComponent;
import io.dopt.compiler.target.EngineChoices;
import io.dopt.compiler.target.Target;
import io.dopt.ir.Graph;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.runtime.engine.OnnxRuntimeEngine;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * ONNX Runtime on the CPU: per bucket one ONNX model with static shapes, {@code dynamic.onnx} for
 * the rest, and one file of weights that all of them share.
 */
public final class CpuTarget implements Target {
  private static final String WEIGHTS = "weights.bin";

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
    List<OnnxProgram> programs = new ArrayList<>();
    Map<String, List<LoweringChoice>> choices = new LinkedHashMap<>();
    for (SortedMap<String, Long> bucket : buckets) {
      LoweredGraph lowered = lowerings.lower(graph.bind(bucket));
      programs.add(lowered.program());
      choices.put(fileName(graph, bucket), lowered.choices());
    }
    WeightsLayout layout = WeightsLayout.of(programs);
    SortedMap<String, FileEntry> files = new TreeMap<>();
    if (layout.byteSize() > 0) {
      files.put(WEIGHTS, WeightsFile.write(layout, folder.resolve(WEIGHTS), progress));
    }
    List<EngineFile> engines = new ArrayList<>();
    for (int i = 0; i < programs.size(); i++) {
      String file = fileName(graph, buckets.get(i));
      files.put(file, OnnxModelFile.write(programs.get(i), layout, WEIGHTS, folder.resolve(file)));
      engines.add(new EngineFile(OnnxRuntimeEngine.RUNTIME, file, buckets.get(i)));
    }
    Optional<String> weights = Optional.of(WEIGHTS).filter(files::containsKey);
    return new CompiledComponent(
        engines, weights, files, precision(graph), EngineChoices.grouped(choices));
  }

  /** {@code batch2_height8_width8_sequence24.onnx}: symbols in the order the inputs show them. */
  private static String fileName(Graph graph, SortedMap<String, Long> bucket) {
    if (bucket.isEmpty()) {
      return "dynamic.onnx";
    }
    Set<String> symbols = new LinkedHashSet<>();
    graph
        .inputs()
        .forEach(
            input ->
                input.type().shape().dimensions().stream()
                    .map(Dimension::symbols)
                    .forEach(symbols::addAll));
    List<String> parts = new ArrayList<>();
    symbols.forEach(symbol -> parts.add(symbol + bucket.get(symbol)));
    return String.join("_", parts) + ".onnx";
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
