package io.dopt.runtime.bundle;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.util.List;
import java.util.Map;

/**
 * A named input or output of a component.
 *
 * @param name as in diffusers, e.g. {@code encoder_hidden_states}
 * @param type element type, written as its short text ({@code f32})
 * @param shape dimensions over the component's symbols, outermost first; empty for a scalar
 */
public record TensorSignature(String name, ElementType type, List<DimensionExpression> shape) {

  /**
   * @throws DoptException (BAD_INPUT) for an empty name
   */
  public TensorSignature {
    shape = List.copyOf(shape);
    if (name.isEmpty()) {
      throw new DoptException(ErrorCode.BAD_INPUT, "A tensor has an empty name.");
    }
  }

  /** A signature from the shape's text, e.g. {@code of("sample", FLOAT32, "batch", "4")}. */
  public static TensorSignature of(String name, ElementType type, String... shape) {
    return new TensorSignature(
        name, type, List.of(shape).stream().map(DimensionExpression::parse).toList());
  }

  /**
   * The shape when the symbols have the given values.
   *
   * @throws DoptException (BAD_INPUT) when a symbol has no value or a dimension is not a natural
   *     number
   */
  public long[] evaluate(Map<String, Long> bindings) {
    return shape.stream().mapToLong(dimension -> dimension.evaluate(bindings)).toArray();
  }
}
