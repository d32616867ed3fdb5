package io.dopt.compiler.target;

import io.dopt.ir.Graph;
import io.dopt.runtime.bundle.ComponentManifest;
import java.nio.file.Path;
import java.util.Collections;
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

  /** The options that decide its output, by name: part of the lock. */
  default SortedMap<String, String> recipe() {
    return Collections.emptySortedMap();
  }

  /**
   * What is compiled when {@code plan} was asked for: a target may need components of its own, take
   * fewer shapes, or refuse. Reads no weights.
   *
   * @throws io.dopt.tensor.DoptException (USAGE) when it cannot compile this plan, saying what to
   *     ask for instead
   */
  default TargetPlan prepare(TargetPlan plan) {
    return plan;
  }

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

  /**
   * Files of the bundle beside its components.
   *
   * @param plan what was compiled
   * @param components what the manifest says of each
   * @return content by path relative to the bundle
   */
  default SortedMap<String, byte[]> documents(
      TargetPlan plan, SortedMap<String, ComponentManifest> components) {
    return Collections.emptySortedMap();
  }
}
