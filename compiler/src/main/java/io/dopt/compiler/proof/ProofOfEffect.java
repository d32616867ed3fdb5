package io.dopt.compiler.proof;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.bundle.EngineFile;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.ComponentRunner;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.NodeTime;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.TemporaryFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * Runs a component under the engine's profile and looks which kernel each layer of a plan became.
 *
 * <p>An integer kernel is found in the profile alone. Precisions that the CPU has no kernels for
 * are found where they are: in the file of the engine, as the type that an operand was stored in or
 * cast through.
 */
public final class ProofOfEffect {
  /**
   * One warms up; of the others each node's fastest counts, as the machine does other things, too.
   */
  private static final int CALLS = 4;

  private final LayerNames names;
  private final StoredOperands stored;
  private final SortedMap<String, String> planned;
  private final Map<String, List<NodeTime>> nodes = new HashMap<>();
  private final Map<String, Double> microseconds = new HashMap<>();
  private double total;

  private ProofOfEffect(
      Path engine, LayerNames names, SortedMap<String, String> planned, List<NodeTime> profile) {
    this.names = names;
    this.stored = StoredOperands.read(engine, names);
    this.planned = planned;
    profile.stream().filter(node -> !stored.isInner(node.node())).forEach(this::addTime);
    for (NodeTime node : profile) {
      layerOf(node)
          .ifPresent(layer -> nodes.computeIfAbsent(layer, n -> new ArrayList<>()).add(node));
    }
  }

  /**
   * Proves what the engine for {@code bindings} does.
   *
   * @param component whose layers were planned
   * @param bindings a value for each of its symbols
   * @param planned precision by layer, in the words of {@code --precision}
   * @throws DoptException (ENGINE) when the engine cannot be loaded or run
   */
  public static EffectProof of(
      Bundle bundle,
      String component,
      Map<String, Long> bindings,
      SortedMap<String, String> planned,
      EngineOptions options) {
    ComponentManifest manifest = bundle.component(component);
    Map.Entry<String, List<NodeTime>> profile = profile(bundle, component, bindings, options);
    Path engine =
        manifest.engines().stream()
            .map(EngineFile::file)
            .filter(profile.getKey()::equals)
            .map(bundle::file)
            .findFirst()
            .orElseThrow();
    LayerNames names = new LayerNames(planned.keySet());
    return new ProofOfEffect(engine, names, planned, profile.getValue()).proof();
  }

  /** Engine file and what its nodes took. */
  private static Map.Entry<String, List<NodeTime>> profile(
      Bundle bundle, String component, Map<String, Long> bindings, EngineOptions options) {
    try (TemporaryFolder folder = TemporaryFolder.create("dopt-proof");
        ComponentEngines engines =
            new ComponentEngines(bundle, options.withProfile(folder.path()))) {
      try (EngineCall call =
          ComponentRunner.prepare(
              engines, component, NoiseInputs.of(bundle.component(component), bindings))) {
        for (int i = 0; i < CALLS; i++) {
          call.run();
        }
      }
      return engines.endProfiles(component).entrySet().iterator().next();
    }
  }

  private void addTime(NodeTime node) {
    double time = node.leastMicroseconds();
    total += time;
    layerOf(node)
        .or(() -> scope(node.node()))
        .ifPresent(layer -> microseconds.merge(layer, time, Double::sum));
  }

  private Optional<String> layerOf(NodeTime node) {
    return names
        .layerOf(node.node())
        .or(() -> stored.producer(LayerNames.result(node.node())).flatMap(names::layerOf));
  }

  /** The one layer in a node's scope, whose operands it quantizes or dequantizes. */
  private Optional<String> scope(String node) {
    int slash = node.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String prefix = node.substring(0, slash + 1);
    SortedMap<String, String> same = planned.subMap(prefix, prefix + Character.MAX_VALUE);
    return same.size() == 1 ? Optional.of(same.firstKey()) : Optional.empty();
  }

  private EffectProof proof() {
    List<ProvenLayer> layers = new ArrayList<>();
    planned.forEach(
        (layer, precision) -> {
          TreeSet<String> kernels = new TreeSet<>();
          boolean scans = false;
          for (NodeTime node : nodes.getOrDefault(layer, List.of())) {
            scans |= node.operator().equals(Kernels.SCAN);
            if (Kernels.multiplies(node.operator())) {
              kernels.add(node.operator());
            }
          }
          Optional<String> kernel =
              kernels.isEmpty()
                  ? Optional.empty()
                  : Optional.of((scans ? "Scan of " : "") + String.join("+", kernels));
          double time = microseconds.getOrDefault(layer, 0.0);
          layers.add(
              new ProvenLayer(
                  layer,
                  precision,
                  kernel.map(it -> found(layer, precision, kernels)),
                  kernel,
                  time / 1e3,
                  total == 0 ? 0 : time / total));
        });
    return new EffectProof(layers, total / 1e3);
  }

  private String found(String layer, String precision, TreeSet<String> kernels) {
    if (kernels.stream().allMatch(Kernels::isInteger)) {
      return "int8";
    }
    if (kernels.stream().allMatch(Kernels.MATMUL_N_BITS::equals)) {
      return stored.packedBits(layer).map(bits -> "int" + bits + "-weight").orElse("unknown");
    }
    if (precision.equals("fp8") && stored.allAre(layer, ElementType.FLOAT8E4M3FN)) {
      return "fp8" + ProvenLayer.STORED_ONLY;
    }
    boolean weightOnly = precision.endsWith("-weight");
    Optional<ElementType> weight = weightOnly ? stored.weight(layer) : Optional.empty();
    return weight
        .map(type -> "int" + type.bits() + "-weight" + ProvenLayer.STORED_ONLY)
        .orElse("f32");
  }
}
