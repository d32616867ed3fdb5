package io.dopt.compiler.tensorrt;

import io.dopt.compiler.target.ComponentShapes;
import io.dopt.compiler.target.ShapeSpan;
import io.dopt.compiler.target.TargetPlan;
import io.dopt.ir.Graph;
import io.dopt.ir.Value;
import io.dopt.ir.pipeline.Component;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.tensor.SymbolRange;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gives a pipeline with a denoiser the component that samples between its steps, so that the whole
 * loop can stay on the GPU. It has a dynamic engine alone: rows are as many as a loop has steps.
 */
final class AddSampler {
  private static final List<String> DENOISERS = List.of("unet", "transformer");

  /** Twenty steps with guidance, without noise. */
  private static final long USUAL_ROWS = 41;

  private AddSampler() {}

  /** The plan with a sampler; the same one where nothing is sampled. */
  static TargetPlan apply(TargetPlan plan) {
    Optional<String> denoiser =
        DENOISERS.stream()
            .filter(name -> takesSample(plan.model().components().get(name)))
            .filter(name -> plan.shapes().get(name).span().isPresent())
            .findFirst();
    if (denoiser.isEmpty() || plan.model().scheduler().isEmpty()) {
      return plan;
    }
    Graph graph = plan.model().components().get(denoiser.get()).graph();
    ShapeSpan span = plan.shapes().get(denoiser.get()).span().orElseThrow();
    Component sampler = SamplerComponent.of(graph, List.of(span.maximum()));
    SortedMap<String, Component> components = new TreeMap<>(plan.model().components());
    components.put(SamplerComponent.NAME, sampler);
    SortedMap<String, ComponentShapes> shapes = new TreeMap<>(plan.shapes());
    shapes.put(
        SamplerComponent.NAME,
        new ComponentShapes(
            List.of(Collections.emptySortedMap()),
            Optional.of(span(graph, span, sampler.graph().symbols()))));
    return new TargetPlan(plan.model().withComponents(components), shapes);
  }

  private static boolean takesSample(Component denoiser) {
    return denoiser != null
        && denoiser.graph().inputs().stream()
            .map(Value::name)
            .anyMatch(LoopPlan.DENOISER_SAMPLE::equals);
  }

  /** From one image of the smallest size to all of the largest batch, guided or not. */
  private static ShapeSpan span(
      Graph denoiser, ShapeSpan shapes, SortedMap<String, SymbolRange> symbols) {
    long usual = SamplerComponent.elements(denoiser, shapes.usual());
    long copies = shapes.usual().getOrDefault("batch", 1L) % 2 == 0 ? 2 : 1;
    SymbolRange rows = symbols.get("rows");
    return new ShapeSpan(
        values(1, rows.minimum(), SamplerComponent.elements(denoiser, shapes.minimum())),
        values(copies, Math.min(USUAL_ROWS, rows.maximum()), usual / copies),
        values(2, rows.maximum(), SamplerComponent.elements(denoiser, shapes.maximum())));
  }

  private static SortedMap<String, Long> values(long copies, long rows, long elements) {
    return new TreeMap<>(Map.of("copies", copies, "rows", rows, "elements", elements));
  }
}
