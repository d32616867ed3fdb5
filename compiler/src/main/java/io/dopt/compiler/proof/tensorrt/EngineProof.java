package io.dopt.compiler.proof.tensorrt;

import io.dopt.compiler.proof.LayerNames;
import io.dopt.runtime.bundle.EngineKernels;
import io.dopt.runtime.bundle.FusedRegion;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a TensorRT engine does with the layers of a plan, by its inspector.
 *
 * <p>After each build, with {@code planned} of {@link #planned} for the package's {@code
 * precision.json}:
 *
 * <pre>
 * EngineProof proof =
 *     EngineProof.of(EngineProof.planned(report, computeType), InspectedEngine.read(inspection));
 * proof.requireQuantized(title);             // exit code 10 where nothing planned is found
 * proof.lostText().ifPresent(warn);          // names what is lost in part
 * report = proof.withFound(report);          // of the first engine of the component
 * engines.add(proof.kernels(engineFile));    // of each; report.withEngines(engines)
 * lock.put(engineFile, proof.tactics());     // equal for engines that compute alike
 * </pre>
 *
 * @param layers of the plan, by name
 * @param engineLayers how many layers of the engine there are of each precision; {@code copies} are
 *     those that only move or convert
 * @param regions layers of the engine that compute several ONNX nodes, largest first
 * @param tactics SHA-256 over the engine's kernels; see {@link TacticSummary}
 */
public record EngineProof(
    List<FoundLayer> layers,
    SortedMap<String, Integer> engineLayers,
    List<FusedRegion> regions,
    String tactics) {
  private static final int NAMED = 5;
  private static final String COPIES = "copies";
  private static final Set<String> COPYING =
      Set.of("Reformat", "NoOp", "Constant", "Shuffle", "Slice", "signal", "wait");

  public EngineProof {
    layers = layers.stream().sorted(Comparator.comparing(FoundLayer::name)).toList();
    engineLayers = Collections.unmodifiableSortedMap(new TreeMap<>(engineLayers));
    regions = List.copyOf(regions);
  }

  /**
   * The layers of a report with what they are to compute in. A package says it of every layer; in
   * one of an older dopt, {@code f32} says that a layer is left in what the graph computes in.
   *
   * @param computeType of the build specification: {@code f32}, {@code f16}, {@code bf16}
   */
  public static SortedMap<String, String> planned(PrecisionReport report, String computeType) {
    SortedMap<String, String> planned = new TreeMap<>();
    report
        .layers()
        .forEach(
            layer ->
                planned.put(
                    layer.name(), layer.planned().equals("f32") ? computeType : layer.planned()));
    return planned;
  }

  /**
   * Holds an engine against a plan.
   *
   * @param planned precision by layer, in the words of {@code --precision}
   */
  public static EngineProof of(SortedMap<String, String> planned, InspectedEngine engine) {
    Map<InspectedLayer, Kernel> kernels =
        engine.layers().stream()
            .distinct()
            .collect(Collectors.toMap(Function.identity(), Kernel::of));
    LayerNames names = new LayerNames(planned.keySet());
    Map<String, Set<Kernel>> byLayer = new HashMap<>();
    SortedMap<String, Integer> counts = new TreeMap<>();
    List<FusedRegion> regions = new ArrayList<>();
    for (InspectedLayer layer : engine.layers()) {
      Kernel kernel = kernels.get(layer);
      counts.merge(COPYING.contains(layer.type()) ? COPIES : kernel.precision(), 1, Integer::sum);
      if (layer.nodes().size() > 1) {
        regions.add(new FusedRegion(kernel.name(), kernel.precision(), layer.nodes()));
      }
      for (String node : layer.nodes()) {
        names
            .layerOf(node)
            .ifPresent(it -> byLayer.computeIfAbsent(it, n -> new LinkedHashSet<>()).add(kernel));
      }
    }
    regions.sort(
        Comparator.comparingInt((FusedRegion region) -> region.nodes().size())
            .reversed()
            .thenComparing(region -> region.nodes().get(0)));
    List<FoundLayer> layers = new ArrayList<>();
    planned.forEach(
        (name, precision) ->
            layers.add(found(name, precision, byLayer.getOrDefault(name, Set.of()))));
    return new EngineProof(layers, counts, regions, TacticSummary.of(engine).sha256());
  }

  /** The kernels that multiply, if any does: others reorder what it reads or add to it. */
  private static FoundLayer found(String name, String planned, Set<Kernel> all) {
    boolean multiplied = all.stream().anyMatch(Kernel::multiplies);
    List<Kernel> kernels =
        all.stream().filter(kernel -> !multiplied || kernel.multiplies()).toList();
    return new FoundLayer(
        name, planned, joined(kernels, Kernel::precision), joined(kernels, Kernel::name));
  }

  private static Optional<String> joined(List<Kernel> kernels, Function<Kernel, String> part) {
    return kernels.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.join(
                "+", kernels.stream().map(part).collect(Collectors.toCollection(TreeSet::new))));
  }

  /** Layers planned in int8 or fp8 that are computed otherwise, or that no layer names. */
  public List<FoundLayer> lost() {
    return layers.stream().filter(layer -> layer.isQuantized() && !layer.asPlanned()).toList();
  }

  /** Names what is lost, for a warning; empty when nothing is. */
  public Optional<String> lostText() {
    List<FoundLayer> lost = lost();
    return lost.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(
                "The engine computes %d of %d quantized layers otherwise than planned: %s%s.",
                lost.size(), quantized(), named(lost), more(lost)));
  }

  /**
   * Refuses an engine that computes none of what was planned in int8 or fp8 so.
   *
   * @param title of the engine in messages
   * @throws DoptException (QUALITY) naming layers and the kernels found
   */
  public void requireQuantized(String title) {
    List<FoundLayer> lost = lost();
    if (!lost.isEmpty() && lost.size() == quantized()) {
      throw new DoptException(
          ErrorCode.QUALITY,
          String.format(
              "Quantization has no effect on %s: of %d layers planned in int8 or fp8, TensorRT computes"
                  + " none so: %s%s. Its GPU or version has no kernels for them: take another"
                  + " --precision, or report it with the build log.",
              title, lost.size(), named(lost), more(lost)));
    }
  }

  private int quantized() {
    return (int) layers.stream().filter(FoundLayer::isQuantized).count();
  }

  private static String named(List<FoundLayer> layers) {
    return layers.stream().limit(NAMED).map(FoundLayer::text).collect(Collectors.joining(", "));
  }

  private static String more(List<FoundLayer> layers) {
    return layers.size() > NAMED ? ", and " + (layers.size() - NAMED) + " more" : "";
  }

  /** A report with what was found of each of its layers, and what those left alone compute in. */
  public PrecisionReport withFound(PrecisionReport report) {
    Map<String, FoundLayer> found =
        layers.stream().collect(Collectors.toMap(FoundLayer::name, Function.identity()));
    return report.withLayers(
        report.layers().stream().map(layer -> withFound(layer, found.get(layer.name()))).toList());
  }

  private static PrecisionReport.Layer withFound(PrecisionReport.Layer layer, FoundLayer found) {
    if (found == null) {
      return layer;
    }
    return new PrecisionReport.Layer(
        layer.name(), found.planned(), found.reported(), found.kernel(), layer.sensitivityDb());
  }

  /** The engine's part of a report. */
  public EngineKernels kernels(String engine) {
    return new EngineKernels(engine, engineLayers, regions, tactics);
  }

  /** {@code 122 of 124 quantized layers as planned; 301 engine layers: 130 f16, 122 int8}. */
  public String text() {
    int quantized = quantized();
    return String.format(
        "%d of %d quantized layers as planned; %d engine layers: %s",
        quantized - lost().size(),
        quantized,
        engineLayers.values().stream().mapToInt(Integer::intValue).sum(),
        engineLayers.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", ")));
  }
}
