package io.dopt.compiler.tensorrt;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.Value;
import io.dopt.ir.pipeline.Component;
import io.dopt.runtime.engine.LoopPlan;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a sampler computes between two steps of a denoising loop that stays on the device, as a
 * component of its own: {@code sample = coefficients * history} ({@link LoopPlan}).
 *
 * <p>It computes in float32 whatever the denoiser does: with guidance 7.5 a step adds what is 14
 * times as large as its result, and f16 has no digits to lose. TensorRT must build it without TF32.
 */
public final class SamplerComponent {
  /** Its name in a pipeline. */
  public static final String NAME = LoopPlan.SAMPLER;

  /** A thousand steps with guidance and noise in each. */
  private static final long MOST_ROWS = 3001;

  /** A start and four steps with guidance and noise, as the shortest distilled models take. */
  private static final long FEWEST_ROWS = 13;

  private SamplerComponent() {}

  /**
   * The component for loops of up to so many values.
   *
   * @param mostElements of a row of the history: the largest batch times the latents of its images
   * @throws DoptException (UNSUPPORTED) when not even a short loop's history stays below 2 GiB
   */
  public static Component of(long mostElements) {
    long rows = Math.min(MOST_ROWS, Integer.MAX_VALUE / Float.BYTES / mostElements);
    if (rows < FEWEST_ROWS) {
      throw new DoptException(
          ErrorCode.UNSUPPORTED,
          String.format(
              Locale.ROOT,
              "A denoising loop on the device keeps every step's output below 2 GiB, which %,d "
                  + "values a step leave no room for. Compile for smaller sizes or batches.",
              mostElements));
    }
    GraphBuilder b = new GraphBuilder(NAME);
    Dimension copies = b.symbol("copies", new SymbolRange(1, 2, 1));
    Dimension elements = b.symbol("elements", new SymbolRange(1, mostElements, 1));
    Dimension history = b.symbol("rows", new SymbolRange(2, rows, 1));
    Value coefficients =
        b.input(LoopPlan.COEFFICIENTS, ElementType.FLOAT32, Shape.of(copies, history));
    Value samples = b.input(LoopPlan.HISTORY, ElementType.FLOAT32, Shape.of(history, elements));
    b.output(LoopPlan.SAMPLE, b.matMul(coefficients, samples));
    return new Component(b.build(), JsonNodeFactory.instance.objectNode(), List.of());
  }

  /**
   * The component for a denoiser that is called in some shapes.
   *
   * @param denoiser whose input {@link LoopPlan#DENOISER_SAMPLE} the sampler gives
   * @param shapes values for the denoiser's symbols; not empty
   * @throws DoptException as {@link #of(long)}
   */
  public static Component of(Graph denoiser, Collection<? extends Map<String, Long>> shapes) {
    return of(
        shapes.stream()
            .mapToLong(shape -> elements(denoiser, shape))
            .max()
            .orElseThrow(() -> new IllegalArgumentException("no shapes")));
  }

  /**
   * Values of the denoiser's sample, of all copies, in a shape.
   *
   * @param shape values for the denoiser's symbols
   */
  static long elements(Graph denoiser, Map<String, Long> shape) {
    return elements(
        denoiser.inputs().stream()
            .filter(input -> input.name().equals(LoopPlan.DENOISER_SAMPLE))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(denoiser.name() + " takes no sample"))
            .type()
            .shape()
            .bind(shape));
  }

  private static long elements(Shape shape) {
    long elements = 1;
    for (int axis = 0; axis < shape.rank(); axis++) {
      elements = Math.multiplyExact(elements, shape.get(axis).constant());
    }
    return elements;
  }
}
