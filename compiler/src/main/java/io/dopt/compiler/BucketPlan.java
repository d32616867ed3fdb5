package io.dopt.compiler;

import io.dopt.compiler.target.ComponentShapes;
import io.dopt.compiler.target.ShapeSpan;
import io.dopt.ir.Graph;
import io.dopt.ir.pipeline.Component;
import io.dopt.ir.pipeline.PipelineModel;
import io.dopt.runtime.bundle.ImageSize;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymbolRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which shapes each component gets engines for. The denoiser is called with batch B or, under
 * guidance, 2B; the other components image by image. In a model without a denoiser, such as a CLIP,
 * every component is called with batch B.
 */
final class BucketPlan {
  private static final Set<String> DENOISERS = Set.of("unet", "transformer");
  private static final SortedMap<String, Long> DYNAMIC = Collections.emptySortedMap();

  private final SortedMap<String, ComponentShapes> shapes = new TreeMap<>();
  private final List<ImageSize> sizes;
  private final List<Integer> batches;

  private BucketPlan(List<ImageSize> sizes, List<Integer> batches) {
    this.sizes = sizes;
    this.batches = batches;
  }

  /**
   * Plans the engines of {@code model}.
   *
   * @throws DoptException (USAGE) when a size or batch is not one the model takes, naming the
   *     nearest that are; or when there is no size to compile for
   */
  static BucketPlan of(PipelineModel model, CompileOptions options) {
    PixelGrid grid = PixelGrid.of(model);
    List<ImageSize> sizes =
        options.sizes().isEmpty() ? grid.defaultSizes(options.dynamicOnly()) : options.sizes();
    sizes = List.copyOf(new LinkedHashSet<>(sizes));
    sizes.forEach(grid::check);
    List<Integer> batches = List.copyOf(new LinkedHashSet<>(options.batches()));
    boolean denoises = model.components().keySet().stream().anyMatch(DENOISERS::contains);
    batches.forEach(batch -> check(batch, model, denoises));
    BucketPlan plan = new BucketPlan(sizes, batches);
    long sequence = sequence(model);
    model
        .components()
        .forEach(
            (name, component) -> {
              Set<Long> calls = plan.callBatches(name, denoises);
              Set<SortedMap<String, Long>> asked =
                  plan.staticBuckets(name, component.graph(), calls, grid, sequence);
              List<SortedMap<String, Long>> list = new ArrayList<>();
              if (!options.dynamicOnly()) {
                list.addAll(asked);
              }
              list.add(DYNAMIC);
              plan.shapes.put(name, new ComponentShapes(list, span(component.graph(), asked)));
            });
    return plan;
  }

  /** Buckets of a component, the empty (dynamic) one last. */
  List<SortedMap<String, Long>> buckets(String component) {
    return shapes.get(component).engines();
  }

  /** The shapes of all components. */
  SortedMap<String, ComponentShapes> shapes() {
    return shapes;
  }

  /** Sizes in pixels, the default first. */
  List<ImageSize> sizes() {
    return sizes;
  }

  /** Batch sizes, the default first. */
  List<Integer> batches() {
    return batches;
  }

  /**
   * From the smallest to the largest of {@code asked}. The usual one has the first size and batch;
   * of a denoiser, both halves of guidance, unless it was distilled to need none.
   */
  private static Optional<ShapeSpan> span(Graph graph, Set<SortedMap<String, Long>> asked) {
    if (graph.symbols().isEmpty()) {
      return Optional.of(ShapeSpan.ofNone());
    }
    boolean guided =
        DENOISERS.contains(graph.name())
            && graph.inputs().stream().noneMatch(input -> input.name().equals("timestep_cond"));
    return asked.stream().skip(guided ? 1 : 0).findFirst().map(usual -> ShapeSpan.of(asked, usual));
  }

  private Set<SortedMap<String, Long>> staticBuckets(
      String name, Graph graph, Set<Long> calls, PixelGrid grid, long sequence) {
    Set<SortedMap<String, Long>> found = new LinkedHashSet<>();
    for (Optional<ImageSize> size : sizesOrNone()) {
      for (long batch : calls) {
        Map<String, Long> known = new TreeMap<>(Map.of("batch", batch, "sequence", sequence));
        size.ifPresent(
            pixels -> {
              known.put("height", pixels.height() / grid.pixelsPerStep(name));
              known.put("width", pixels.width() / grid.pixelsPerStep(name));
            });
        // A component with other symbols is left to its dynamic engine.
        if (known.keySet().containsAll(graph.symbols().keySet()) && !graph.symbols().isEmpty()) {
          SortedMap<String, Long> bucket = new TreeMap<>(known);
          bucket.keySet().retainAll(graph.symbols().keySet());
          found.add(bucket);
        }
      }
    }
    return found;
  }

  /** A model whose images have one size is specialised for batches alone. */
  private List<Optional<ImageSize>> sizesOrNone() {
    return sizes.isEmpty() ? List.of(Optional.empty()) : sizes.stream().map(Optional::of).toList();
  }

  /**
   * @param denoises whether the model has a denoiser; without, all components take whole batches
   */
  private Set<Long> callBatches(String name, boolean denoises) {
    Set<Long> calls = new LinkedHashSet<>();
    if (!denoises) {
      batches.forEach(batch -> calls.add((long) batch));
      return calls;
    }
    if (!DENOISERS.contains(name)) {
      calls.add(1L);
      return calls;
    }
    for (int batch : batches) {
      calls.add((long) batch);
      calls.add(2L * batch);
    }
    return calls;
  }

  /** Refuses what the default of {@code generate} could not be, specialised engines or none. */
  private static void check(int batch, PipelineModel model, boolean denoises) {
    if (batch < 1) {
      throw new DoptException(
          ErrorCode.USAGE, "Batch size " + batch + " is not possible: it must be 1 or more.");
    }
    long factor = denoises ? 2 : 1;
    for (Map.Entry<String, Component> component : model.components().entrySet()) {
      String name = component.getKey();
      SymbolRange range = component.getValue().graph().symbols().get("batch");
      boolean takesBatches = !denoises || DENOISERS.contains(name);
      if (takesBatches && range != null && !range.contains(factor * batch)) {
        throw new DoptException(
            ErrorCode.USAGE,
            String.format(
                "Batch size %d is not possible: the %s takes 1 to %d images in one call%s. Use 1"
                    + " to %d.",
                batch,
                name,
                range.maximum(),
                denoises ? ", and guidance doubles the batch" : "",
                range.maximum() / factor));
      }
    }
  }

  /** Tokens the text encoder gives, or else the text window of the tokenizer. */
  private static long sequence(PipelineModel model) {
    Component encoder = model.components().get("text_encoder");
    if (encoder != null && encoder.graph().outputs().containsKey("last_hidden_state")) {
      var length = encoder.graph().outputs().get("last_hidden_state").type().shape().get(1);
      if (length.isConstant()) {
        return length.constant();
      }
    }
    return model.tokenizers().values().stream()
        .mapToLong(tokenizer -> tokenizer.maximumLength())
        .max()
        .orElse(77);
  }
}
