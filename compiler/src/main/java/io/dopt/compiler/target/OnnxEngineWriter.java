package io.dopt.compiler.target;

import io.dopt.compiler.lowering.LoweredGraph;
import io.dopt.compiler.lowering.LoweringChoice;
import io.dopt.compiler.onnx.Initializer;
import io.dopt.compiler.onnx.OnnxModelFile;
import io.dopt.compiler.onnx.OnnxProgram;
import io.dopt.compiler.onnx.WeightsFile;
import io.dopt.compiler.onnx.WeightsLayout;
import io.dopt.ir.Graph;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.bundle.FileEntry;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Writes the engines of targets that take ONNX: per bucket one model with static shapes, {@code
 * dynamic.onnx} for the rest, and one file of weights that all of them share.
 *
 * @param lowering turns a graph into ONNX
 * @param runtime that the engines are for
 */
public record OnnxEngineWriter(Function<Graph, LoweredGraph> lowering, String runtime) {
  private static final String WEIGHTS = "weights.bin";

  /** As {@link Target#compile}; the precision is that of most bytes of what is written. */
  public CompiledComponent write(
      Graph graph, List<SortedMap<String, Long>> buckets, Path folder, LongConsumer progress) {
    List<OnnxProgram> programs = new ArrayList<>();
    Map<String, List<LoweringChoice>> choices = new LinkedHashMap<>();
    for (SortedMap<String, Long> bucket : buckets) {
      LoweredGraph lowered = lowering.apply(graph.bind(bucket));
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
      engines.add(new EngineFile(runtime, file, buckets.get(i)));
    }
    Optional<String> weights = Optional.of(WEIGHTS).filter(files::containsKey);
    return new CompiledComponent(
        engines, weights, files, precision(programs.get(0)), EngineChoices.grouped(choices));
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

  /** The element type that most bytes of the constants have. */
  private static String precision(OnnxProgram program) {
    Map<ElementType, Long> bytes = new EnumMap<>(ElementType.class);
    for (Initializer initializer : program.initializers()) {
      bytes.merge(initializer.data().elementType(), initializer.data().byteSize(), Long::sum);
    }
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(entry -> entry.getKey().text())
        .orElse(ElementType.FLOAT32.text());
  }
}
