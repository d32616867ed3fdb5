package io.dopt.cli;

import io.dopt.compiler.BundleReview;
import io.dopt.compiler.CompileOptions;
import io.dopt.compiler.proof.EffectProof;
import io.dopt.compiler.proof.PackageProof;
import io.dopt.compiler.proof.ProofOfEffect;
import io.dopt.compiler.proof.ProvenLayer;
import io.dopt.evals.Comparison;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.quantizer.Precision;
import io.dopt.quantizer.search.Multiplications;
import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;
import io.dopt.runtime.bundle.PrecisionReport;
import io.dopt.runtime.bundle.PrecisionReport.Layer;
import io.dopt.runtime.engine.EngineOptions;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Judges a quantized bundle before it appears: does the engine do what was planned, is it faster
 * than float32, are its images good enough? What was found goes into the bundle's precision report.
 */
final class CompileReview implements BundleReview {
  private static final int NAMED = 5;

  /** Beyond the spread of equally fast engines. */
  private static final double ABOUT_AS_FAST = 1.05;

  private final Quantization quantization;
  private final PipelineModel unquantized;
  private final CompileOptions options;
  private final ReviewOptions wanted;
  private final CompileGate gate;
  private final PrecisionReport planned;
  private final Console console;
  private Optional<EffectProof> effect = Optional.empty();
  private Optional<PackageProof> stored = Optional.empty();
  private Optional<SpeedRatio> speed = Optional.empty();
  private Optional<Comparison> comparison = Optional.empty();

  /**
   * @param unquantized the same model in float32
   * @param options of the compile; without its check, the engine is not looked into
   * @param planned the precision report so far: everything but what is found here
   */
  CompileReview(
      Quantization quantization,
      PipelineModel unquantized,
      CompileOptions options,
      ReviewOptions wanted,
      CompileGate gate,
      PrecisionReport planned,
      Console console) {
    this.quantization = quantization;
    this.unquantized = unquantized;
    this.options = options;
    this.wanted = wanted;
    this.gate = gate;
    this.planned = planned;
    this.console = console;
  }

  @Override
  public SortedMap<String, byte[]> review(Path folder) {
    PrecisionReport report = planned;
    SortedMap<String, Long> shape = shape(Bundle.open(folder));
    boolean built = !BuildPackage.isPackage(Bundle.open(folder));
    if (!built) {
      stored = Optional.of(stored(folder));
    } else if (options.check()) {
      effect = Optional.of(proof(folder, shape));
      report = withFound(effect.get());
    }
    if (built && options.check() || wanted.gated()) {
      console.progress("comparing with float32");
      try (ReferenceBundle reference = ReferenceBundle.compile(unquantized, options)) {
        // How fast an imitation is says nothing.
        speed = built ? Optional.of(speed(folder, reference.folder(), shape)) : Optional.empty();
        if (wanted.gated()) {
          long work = Multiplications.of(Calibration.denoiser(unquantized).graph(), shape);
          comparison = gate.judge(folder, reference.folder(), work);
        }
      }
    }
    return new TreeMap<>(Map.of(Bundle.PRECISION, report.toJson()));
  }

  /** The call of the default size and batch, with both halves of guidance. */
  private SortedMap<String, Long> shape(Bundle bundle) {
    boolean guided =
        bundle.component(Calibration.DENOISER).inputs().stream()
            .noneMatch(input -> input.name().equals("timestep_cond"));
    SortedMap<String, Long> shape =
        new TreeMap<>(
            Quantization.shape(unquantized, options.sizes().stream().findFirst()).bindings());
    shape.put("batch", (guided ? 2L : 1L) * options.batches().get(0));
    return shape;
  }

  private SortedMap<String, String> plannedLayers() {
    SortedMap<String, String> layers = new TreeMap<>();
    planned.layers().forEach(layer -> layers.put(layer.name(), layer.planned()));
    return layers;
  }

  private PackageProof stored(Path folder) {
    PackageProof proof =
        PackageProof.of(Bundle.open(folder), Calibration.DENOISER, plannedLayers());
    refuse(
        proof.missing().size(),
        proof.missing().stream().limit(NAMED).collect(Collectors.joining(", ")),
        "The package holds %d of %d layers otherwise than planned: %s%s.");
    return proof;
  }

  private EffectProof proof(Path folder, Map<String, Long> shape) {
    EffectProof proof =
        ProofOfEffect.of(
            Bundle.open(folder),
            Calibration.DENOISER,
            shape,
            plannedLayers(),
            EngineOptions.defaults());
    List<ProvenLayer> fallbacks = proof.fallbacks();
    refuse(
        fallbacks.size(),
        fallbacks.stream().limit(NAMED).map(CompileReview::named).collect(Collectors.joining(", ")),
        "The engine computes %d of %d layers otherwise than planned: %s%s.");
    return proof;
  }

  private void refuse(int fallbacks, String names, String message) {
    if (fallbacks == 0) {
      return;
    }
    String found =
        String.format(
            message,
            fallbacks,
            quantization.plan().layers().size(),
            names,
            fallbacks > NAMED ? ", and " + (fallbacks - NAMED) + " more" : "");
    if (!wanted.allowFallback()) {
      throw new DoptException(
          ErrorCode.ENGINE,
          found
              + " No bundle was written. Leave them in float32 with --exclude, or accept it with"
              + " --allow-fallback.");
    }
    console.warning(found);
  }

  private static String named(ProvenLayer layer) {
    return String.format(
        "%s (planned %s, found %s)",
        layer.name(),
        layer.planned(),
        layer.found().map(it -> it + " in " + layer.kernel().orElse("?")).orElse("nowhere"));
  }

  private PrecisionReport withFound(EffectProof proof) {
    Map<String, ProvenLayer> found =
        proof.layers().stream().collect(Collectors.toMap(ProvenLayer::name, layer -> layer));
    List<Layer> layers = new ArrayList<>();
    for (Layer layer : planned.layers()) {
      ProvenLayer proven = found.get(layer.name());
      layers.add(
          proven == null || proven.found().isEmpty()
              ? layer
              : layer.withFound(proven.found().get(), proven.kernel().orElseThrow()));
    }
    return planned.withLayers(layers);
  }

  private SpeedRatio speed(Path folder, Path reference, Map<String, Long> shape) {
    SpeedRatio ratio =
        SpeedComparison.measure(
            Bundle.open(folder),
            Bundle.open(reference),
            Calibration.DENOISER,
            shape,
            EngineOptions.defaults());
    // Integers are for speed. The others are for smaller files, or for the numbers of another
    // target.
    boolean forSpeed = quantization.plan().layers().containsValue(Precision.INT8);
    if (ratio.isSlowerThan(forSpeed ? 1 : ABOUT_AS_FAST)) {
      String found =
          "The quantized denoiser is slower than what it replaces: " + ratio.text() + ".";
      if (forSpeed && !wanted.allowSlower()) {
        throw new DoptException(
            ErrorCode.SPEED,
            found
                + " No bundle was written. Quantize larger layers only, or accept it with"
                + " --allow-slower.");
      }
      console.warning(
          quantization.plan().layers().containsValue(Precision.FLOAT8)
              ? found
                  + " The CPU has no kernels for fp8; its numbers are computed in float32, to look"
                  + " at their quality."
              : found);
    }
    return ratio;
  }

  /** What was found. */
  ReviewReport report() {
    return new ReviewReport(
        effect.map(ReviewReport.Effect::of),
        stored.map(PackageProof::layers),
        speed,
        comparison.map(ReviewReport.GateSummary::of));
  }
}
