package io.dopt.cli;

import io.dopt.evals.EvaluationRequest.Measures;
import io.dopt.evals.feature.ClipScorer;
import io.dopt.evals.feature.FeatureNetwork;
import io.dopt.evals.feature.OnnxFeatures;
import io.dopt.evals.feature.OnnxFeatures.Preparation;
import io.dopt.evals.feature.PerceptualDistance;
import io.dopt.evals.feature.RecentFeatures;
import io.dopt.evals.metric.ImageMetric;
import io.dopt.evals.metric.ImageScore;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.engine.EngineOptions;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The networks of an evaluation, open, and what they measure. */
final class FeatureNetworks implements AutoCloseable {
  /** Where a bundle keeps the CLIP its checkpoint names: the files of its checkpoint. */
  private static final String CLIP_FOLDER = "clip";

  private final Deque<Runnable> opened = new ArrayDeque<>();
  private Measures measures = Measures.STANDARD;

  private FeatureNetworks() {}

  /**
   * A CLIP.
   *
   * @param path its checkpoint or bundle
   * @param label for readers
   */
  record Named(Path path, String label) {}

  /**
   * A network in an ONNX file.
   *
   * @param preparation of images
   */
  record OnnxFile(Path file, Preparation preparation) {}

  /** The CLIP that a bundle brings along. */
  static Optional<Named> clipOf(Bundle bundle) {
    return bundle.manifest().files().containsKey(CLIP_FOLDER + "/config.json")
        ? Optional.of(new Named(bundle.folder().resolve(CLIP_FOLDER), "CLIP of the checkpoint"))
        : Optional.empty();
  }

  /**
   * Opens networks.
   *
   * @param clip scores images, and gives features where there is no other network
   * @param network gives features
   */
  static FeatureNetworks open(
      Optional<Named> clip, Optional<OnnxFile> network, EngineOptions options) {
    FeatureNetworks networks = new FeatureNetworks();
    try {
      networks.fill(clip, network, options);
      return networks;
    } catch (RuntimeException e) {
      networks.close();
      throw e;
    }
  }

  private void fill(Optional<Named> clip, Optional<OnnxFile> network, EngineOptions options) {
    List<ImageScore> scores = List.of();
    Optional<FeatureNetwork> features = Optional.empty();
    if (clip.isPresent()) {
      CompiledClip compiled = CompiledClip.open(clip.get().path(), clip.get().label(), options);
      opened.push(compiled::close);
      FeatureNetwork recent = new RecentFeatures(compiled.model());
      scores = List.of(new ClipScorer(compiled.model(), recent));
      features = Optional.of(recent);
    }
    if (network.isPresent()) {
      FeatureNetwork file =
          OnnxFeatures.open(network.get().file(), network.get().preparation(), options);
      opened.push(file::close);
      features = Optional.of(new RecentFeatures(file));
    }
    List<ImageMetric> metrics =
        features.map(PerceptualDistance::new).map(ImageMetric.class::cast).stream().toList();
    measures = new Measures(metrics, scores, features);
  }

  /** What they measure; nothing beside the standard metrics when there is none. */
  Measures measures() {
    return measures;
  }

  /** Closes the networks, the last one first. */
  @Override
  public void close() {
    RuntimeException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().run();
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
