package io.dopt.compiler.target;

import io.dopt.ir.Graph;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.function.LongConsumer;

/** An engine that components are compiled for. */
public interface Target {
  /** What {@code --target} calls it. */
  String name();

  /**
   * Everything beside the graph that its output depends on, e.g. {@code onnxruntime 1.29.0 opset
   * 21}: part of the lock and of cache keys.
   */
  String version();

  /**
   * Writes the engines of one component.
   *
   * @param graph the component with its symbols
   * @param buckets the symbol values to specialise engines for; an empty one asks for the dynamic
   *     engine
   * @param folder where files go; exists and is empty
   * @param progress told the bytes of weights as they are written
   * @return what was written, with file names relative to {@code folder}
   * @throws io.dopt.tensor.DoptException (IO) when writing fails; (UNSUPPORTED) when the target
   *     cannot express the graph; whatever reading the weights throws
   */
  CompiledComponent compile(
      Graph graph, List<SortedMap<String, Long>> buckets, Path folder, LongConsumer progress);
}
