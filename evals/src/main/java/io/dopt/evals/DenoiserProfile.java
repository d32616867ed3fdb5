package io.dopt.evals;

import io.dopt.evals.report.LayerTime;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.runtime.engine.NodeTime;
import io.dopt.runtime.pipeline.DiffusionPipeline;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.TemporaryFolder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where the time of a bundle's denoiser goes, layer by layer, in a few profiled steps. */
final class DenoiserProfile {
  private static final String DENOISER = "unet";

  /** Enough that the first, cold call weighs little. */
  private static final int STEPS = 8;

  private DenoiserProfile() {}

  /**
   * Generates an image with a profile.
   *
   * @param folder of the bundle
   * @param sampling as the images of the evaluation are made, with fewer steps
   * @return slowest first
   * @throws DoptException as {@link DiffusionPipeline#generate}
   */
  static List<LayerTime> measure(Path folder, int threads, Sampling sampling) {
    Bundle bundle = Bundle.open(folder);
    EngineOptions options = EngineOptions.defaults().withThreads(threads);
    // Closed after the engines, of which those of other components write profiles when they are.
    try (TemporaryFolder profiles = TemporaryFolder.create("dopt-profile");
        DiffusionPipeline pipeline =
            DiffusionPipeline.open(bundle, options.withProfile(profiles.path()))) {
      int steps =
          Math.min(
              STEPS, EvaluationDefaults.sampling(sampling, bundle.manifest()).steps().getAsInt());
      pipeline.generate(sampling.generation("", 0, steps));
      return layers(
          pipeline.engines().endProfiles(DENOISER).values().stream()
              .flatMap(List::stream)
              .toList());
    }
  }

  /**
   * The nodes by the module they come from. A node that ran more often than others is within a
   * loop, whose own time holds its: attention that is computed in blocks.
   */
  static List<LayerTime> layers(Collection<NodeTime> nodes) {
    long calls = nodes.stream().mapToLong(NodeTime::calls).min().orElse(1);
    long total =
        nodes.stream()
            .filter(node -> node.calls() == calls)
            .mapToLong(NodeTime::microseconds)
            .sum();
    Map<String, Long> microseconds = new TreeMap<>();
    Map<String, Map<String, Long>> operators = new TreeMap<>();
    for (NodeTime node : nodes) {
      String layer = layer(node.node());
      microseconds.merge(layer, node.calls() == calls ? node.microseconds() : 0, Long::sum);
      operators
          .computeIfAbsent(layer, name -> new TreeMap<>())
          .merge(node.operator(), node.microseconds(), Long::sum);
    }
    return microseconds.entrySet().stream()
        .map(
            entry ->
                new LayerTime(
                    entry.getKey(),
                    slowestFirst(operators.get(entry.getKey())),
                    entry.getValue() / 1e3 / calls,
                    (double) entry.getValue() / Math.max(1, total)))
        .sorted(Comparator.comparingDouble(LayerTime::millisecondsPerStep).reversed())
        .toList();
  }

  private static List<String> slowestFirst(Map<String, Long> operators) {
    return operators.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * The builders name nodes {@code module/Operator}, and those of an operator that was decomposed
   * {@code module.Operator/Part}; ONNX Runtime adds to the end, or has a name of its own.
   */
  private static String layer(String node) {
    int slash = node.indexOf('/');
    if (slash <= 0) {
      return LayerTime.OF_THE_ENGINE;
    }
    String scope = node.substring(0, slash);
    int dot = scope.lastIndexOf('.');
    return dot > 0 && Character.isUpperCase(scope.charAt(dot + 1))
        ? scope.substring(0, dot)
        : scope;
  }
}
