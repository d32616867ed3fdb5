package io.dopt.runtime.pipeline;

import io.dopt.runtime.bundle.ComponentManifest;
import io.dopt.runtime.engine.ComponentEngines;
import io.dopt.runtime.engine.EngineCall;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.runtime.engine.LoopingCall;
import io.dopt.runtime.noise.BatchNoise;
import io.dopt.runtime.noise.NoiseStream;
import io.dopt.runtime.scheduler.LoopArithmetic;
import io.dopt.runtime.scheduler.LoopArithmetic.NotLinear;
import io.dopt.runtime.scheduler.LoopArithmetic.WeightedSums;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Denoising loops that the denoiser's engine runs itself, where it can and nobody watches the
 * steps. What a loop computes is found out once for a request, and the sampler's call is kept
 * between batches of one size.
 */
final class EngineLoop implements AutoCloseable {
  private final GenerationPlan plan;
  private final ComponentEngines engines;
  private final GenerationListener listener;
  private Optional<LoopArithmetic> arithmetic = Optional.empty();
  private Optional<EngineCall> sampler = Optional.empty();
  private Map<String, Long> samplerBindings = Map.of();
  private boolean refused;

  EngineLoop(GenerationPlan plan, ComponentEngines engines, GenerationListener listener) {
    this.plan = plan;
    this.engines = engines;
    this.listener = listener;
  }

  /**
   * The loop of a batch, for the denoiser's engine. When the engine could run loops but not this
   * one, the listener is told why, once. The scheduler's timesteps must be laid out anew after
   * this.
   *
   * @param denoiser the call with its conditioning
   * @param first number of the batch's first image in the request
   * @param images in the batch
   * @param start index of the first step
   * @param sample the batch's start, all images; not changed any more
   */
  Optional<LoopPlan> plan(EngineCall denoiser, int first, int images, int start, float[] sample) {
    if (!(denoiser instanceof LoopingCall) || listener.watchesSteps() || refused) {
      return Optional.empty();
    }
    Optional<String> reason = refusal(start, sample.length);
    if (reason.isPresent()) {
      return refuse(reason.get());
    }
    WeightedSums sums = (WeightedSums) arithmetic(start);
    BatchNoise noise = new BatchNoise(plan.request().seed() + first, images, NoiseStream.SCHEDULER);
    List<float[]> draws = new ArrayList<>();
    for (int draw = 0; draw < sums.draws(); draw++) {
      float[] drawn = new float[sample.length];
      noise.fill(drawn);
      draws.add(drawn);
    }
    OptionalDouble scale = guidanceScale();
    LoopPlan loop =
        new LoopPlan(
            sums.timesteps(), sums.coefficients(scale), WeightedSums.copies(scale), sample, draws);
    try {
      sampler(loop.samplerBindings());
    } catch (DoptException e) {
      // Only the engine knows how much memory it gets; the host's loop needs none of it.
      if (e.code() != ErrorCode.ENGINE && e.code() != ErrorCode.UNSUPPORTED) {
        throw e;
      }
      return refuse(e.getMessage());
    }
    return Optional.of(loop);
  }

  private Optional<LoopPlan> refuse(String reason) {
    refused = true;
    listener.warning(
        "The denoising loop runs on the host, which copies samples in every step: " + reason);
    return Optional.empty();
  }

  /** Runs a planned loop to its latents; errors as {@link LoopingCall#denoise}. */
  float[] run(EngineCall denoiser, LoopPlan loop) {
    int steps = loop.steps();
    return ((LoopingCall) denoiser)
        .denoise(
            sampler(loop.samplerBindings()),
            loop,
            step -> {
              listener.stepFinished(step, steps);
              return step == steps || !Thread.interrupted();
            });
  }

  private Optional<String> refusal(int start, int elements) {
    if (plan.guidance().filter(guidance -> guidance.rescale() > 0).isPresent()) {
      return Optional.of("guidance rescale divides by the deviation of each prediction.");
    }
    ComponentManifest manifest = engines.bundle().manifest().components().get(LoopPlan.SAMPLER);
    if (manifest == null) {
      return Optional.of("the bundle has no sampler. Compile it again.");
    }
    LoopArithmetic found = arithmetic(start);
    if (found instanceof NotLinear other) {
      return Optional.of(other.reason());
    }
    WeightedSums sums = (WeightedSums) found;
    int copies = WeightedSums.copies(guidanceScale());
    try {
      LoopPlan.requireHistoryFits(sums.steps(), copies, sums.draws(), elements);
    } catch (DoptException tooLarge) {
      return Optional.of(tooLarge.getMessage());
    }
    long rows = LoopPlan.rows(sums.steps(), copies, sums.draws());
    return outOfRange(manifest, Map.of("rows", rows, "elements", (long) elements));
  }

  private static Optional<String> outOfRange(ComponentManifest manifest, Map<String, Long> needed) {
    return needed.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(
            symbol ->
                manifest.symbols().containsKey(symbol.getKey())
                    && !manifest.symbols().get(symbol.getKey()).contains(symbol.getValue()))
        .map(
            symbol ->
                String.format(
                    Locale.ROOT,
                    "its history has %d %s, and the bundle's sampler was compiled for at most %d.",
                    symbol.getValue(),
                    symbol.getKey(),
                    manifest.symbols().get(symbol.getKey()).maximum()))
        .findFirst();
  }

  private OptionalDouble guidanceScale() {
    return plan.guidance()
        .map(guidance -> OptionalDouble.of(guidance.scale()))
        .orElse(OptionalDouble.empty());
  }

  private LoopArithmetic arithmetic(int start) {
    if (arithmetic.isEmpty()) {
      arithmetic = Optional.of(LoopArithmetic.of(plan.scheduler(), plan::layOutTimesteps, start));
    }
    return arithmetic.get();
  }

  private EngineCall sampler(Map<String, Long> bindings) {
    if (sampler.isEmpty() || !samplerBindings.equals(bindings)) {
      close();
      sampler = Optional.of(engines.prepare(LoopPlan.SAMPLER, bindings));
      samplerBindings = bindings;
    }
    return sampler.get();
  }

  @Override
  public void close() {
    sampler.ifPresent(EngineCall::close);
    sampler = Optional.empty();
  }
}
