package io.dopt.compiler;

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
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which shapes each component gets engines for. The denoiser is called with batch B or, under
 * guidance, 2B; the other components image by image.
 */
final class BucketPlan {
  private static final Set<String> DENOISERS = Set.of("unet", "transformer");
  private static final SortedMap<String, Long> DYNAMIC = Collections.emptySortedMap();

  private final SortedMap<String, List<SortedMap<String, Long>>> buckets = new TreeMap<>();
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
    batches.forEach(batch -> check(batch, model));
    BucketPlan plan = new BucketPlan(sizes, batches);
    long sequence = sequence(model);
    model
        .components()
        .forEach(
            (name, component) -> {
              List<SortedMap<String, Long>> list = new ArrayList<>();
              if (!options.dynamicOnly()) {
                list.addAll(plan.staticBuckets(name, component.graph(), grid, sequence));
              }
              list.add(DYNAMIC);
              plan.buckets.put(name, List.copyOf(list));
            });
    return plan;
  }

  /** Buckets of a component, the empty (dynamic) one last. */
  List<SortedMap<String, Long>> buckets(String component) {
    return buckets.get(component);
  }

  /** Sizes in pixels, the default first. */
  List<ImageSize> sizes() {
    return sizes;
  }

  /** Batch sizes, the default first. */
  List<Integer> batches() {
    return batches;
  }

  private Set<SortedMap<String, Long>> staticBuckets(
      String name, Graph graph, PixelGrid grid, long sequence) {
    Set<SortedMap<String, Long>> found = new LinkedHashSet<>();
    for (ImageSize size : sizes) {
      for (long batch : callBatches(name)) {
        Map<String, Long> known =
            Map.of(
                "batch",
                batch,
                "height",
                size.height() / grid.pixelsPerStep(name),
                "width",
                size.width() / grid.pixelsPerStep(name),
                "sequence",
                sequence);
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

  private Set<Long> callBatches(String name) {
    Set<Long> calls = new LinkedHashSet<>();
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
  private static void check(int batch, PipelineModel model) {
    if (batch < 1) {
      throw new DoptException(
          ErrorCode.USAGE, "Batch size " + batch + " is not possible: it must be 1 or more.");
    }
    for (String name : DENOISERS) {
      Component denoiser = model.components().get(name);
      SymbolRange range = denoiser == null ? null : denoiser.graph().symbols().get("batch");
      if (range != null && !range.contains(2L * batch)) {
        throw new DoptException(
            ErrorCode.USAGE,
            String.format(
                "Batch size %d is not possible: the %s takes 1 to %d images in one call, and"
                    + " guidance doubles the batch. Use 1 to %d.",
                batch, name, range.maximum(), range.maximum() / 2));
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
