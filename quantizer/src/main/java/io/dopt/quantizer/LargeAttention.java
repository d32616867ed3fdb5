package io.dopt.quantizer;

import io.dopt.ir.Node;
import io.dopt.tensor.Shape;
import java.util.Map;

/** Whether an attention is quantized. */
final class LargeAttention {
  /**
   * Scores of a head from which on the integer kernels are faster than the fused kernel of float32
   * (docs/benchmarks.md): 2048 queries by 2048 keys.
   */
  private static final long LEAST_SCORES = 2048L * 2048;

  private LargeAttention() {}

  static boolean isChosen(Node node, QuantizationRecipe recipe, Map<String, Long> shape) {
    boolean quantizes = recipe.precision().needsCalibration();
    return quantizes
        && switch (recipe.attention()) {
          case NONE -> false;
          case ALL -> true;
          case LARGE -> scores(node, shape) >= LEAST_SCORES;
        };
  }

  private static long scores(Node node, Map<String, Long> shape) {
    return tokens(node, 0, shape) * tokens(node, 1, shape);
  }

  private static long tokens(Node node, int input, Map<String, Long> shape) {
    Shape tokens = node.inputs().get(input).type().shape();
    return tokens.get(1).evaluate(shape);
  }
}
