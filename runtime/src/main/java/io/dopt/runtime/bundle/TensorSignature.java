package io.dopt.runtime.bundle;

import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A named input or output of a component.
 *
 * @param name as in diffusers, e.g. {@code encoder_hidden_states}
 * @param type element type, written as its short text ({@code f32})
 * @param shape dimensions over the component's symbols, outermost first; empty for a scalar
 */
public record TensorSignature(String name, ElementType type, Shape shape) {

  /**
   * @throws DoptException (BAD_INPUT) for an empty name
   */
  public TensorSignature {
    if (name.isEmpty()) {
      throw new DoptException(ErrorCode.BAD_INPUT, "A tensor has an empty name.");
    }
  }

  /** A signature from the shape's text, e.g. {@code of("sample", FLOAT32, "batch", "4")}. */
  public static TensorSignature of(String name, ElementType type, String... shape) {
    return new TensorSignature(
        name, type, new Shape(Stream.of(shape).map(Dimension::parse).toList()));
  }

  /**
   * The shape when the symbols have the given values.
   *
   * @throws DoptException (BAD_INPUT) when a symbol has no value or a dimension is not a natural
   *     number
   */
  public List<Long> evaluate(Map<String, Long> bindings) {
    return shape.dimensions().stream().map(dimension -> evaluate(dimension, bindings)).toList();
  }

  private long evaluate(Dimension dimension, Map<String, Long> bindings) {
    try {
      long value = dimension.evaluate(bindings);
      if (value >= 0) {
        return value;
      }
    } catch (IllegalStateException | ArithmeticException e) {
      throw bad(dimension, bindings, e);
    }
    throw bad(dimension, bindings, null);
  }

  private DoptException bad(Dimension dimension, Map<String, Long> bindings, Exception cause) {
    return new DoptException(
        ErrorCode.BAD_INPUT,
        "The dimension " + dimension + " of '" + name + "' has no size for " + bindings + ".",
        cause);
  }
}
