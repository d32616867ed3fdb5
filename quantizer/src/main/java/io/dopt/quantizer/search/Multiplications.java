package io.dopt.quantizer.search;

import io.dopt.ir.Graph;
import io.dopt.ir.Node;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Conv;
import io.dopt.ir.operator.MatMul;
import io.dopt.quantizer.PrecisionPlan;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import java.util.Map;
import java.util.stream.Stream;

/** How many numbers a layer multiplies and adds up in one call. */
public final class Multiplications {
  private Multiplications() {}

  /** The count for all layers and attentions of a graph. */
  public static long of(Graph graph, Map<String, Long> shape) {
    return Stream.concat(
            PrecisionPlan.layersOf(graph).stream(), PrecisionPlan.attentionsOf(graph).stream())
        .mapToLong(layer -> of(layer, shape))
        .sum();
  }

  /**
   * The count for one layer.
   *
   * @param layer a Conv, a MatMul or an Attention
   * @param shape values of the graph's symbols
   * @throws DoptException (INTERNAL) for another operator
   */
  public static long of(Node layer, Map<String, Long> shape) {
    Shape first = layer.inputs().get(0).type().shape();
    Shape output = layer.output().type().shape();
    if (layer.operator() instanceof Conv) {
      Shape weight = layer.inputs().get(1).type().shape();
      long each = 1;
      for (int axis = 1; axis < weight.rank(); axis++) {
        each *= weight.get(axis).evaluate(shape);
      }
      return elements(output, shape) * each;
    }
    if (layer.operator() instanceof MatMul) {
      return elements(output, shape) * first.get(first.rank() - 1).evaluate(shape);
    }
    if (layer.operator() instanceof Attention) {
      long keys = layer.inputs().get(1).type().shape().get(1).evaluate(shape);
      return (elements(first, shape) + elements(output, shape)) * keys;
    }
    throw new DoptException(ErrorCode.INTERNAL, layer.name() + " is no layer.");
  }

  private static long elements(Shape tensor, Map<String, Long> shape) {
    long count = 1;
    for (int axis = 0; axis < tensor.rank(); axis++) {
      count = Math.multiplyExact(count, tensor.get(axis).evaluate(shape));
    }
    return count;
  }
}
