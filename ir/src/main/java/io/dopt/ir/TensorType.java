package io.dopt.ir;

import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.util.Map;

/** Element type and shape of a value. */
public record TensorType(ElementType elementType, Shape shape) {
  /** The same shape with another element type. */
  public TensorType withElementType(ElementType other) {
    return new TensorType(other, shape);
  }

  /** The same element type with another shape. */
  public TensorType withShape(Shape other) {
    return new TensorType(elementType, other);
  }

  /** Replaces the symbols that {@code values} names. */
  public TensorType bind(Map<String, Long> values) {
    return new TensorType(elementType, shape.bind(values));
  }

  /** The same type without the floors that {@code ranges} show to be exact quotients. */
  public TensorType simplify(Map<String, SymbolRange> ranges) {
    return new TensorType(elementType, shape.simplify(ranges));
  }

  /** As in the text form: {@code f32[batch, 4, height, width]}. */
  @Override
  public String toString() {
    return elementType.text() + shape;
  }
}
