package io.dopt.ir;

import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.Shape;

/**
 * A value whose content is known at compile time, read when it is streamed out.
 *
 * @param value its name and type
 * @param data content of that type, of constant shape
 */
public record Weight(Value value, LazyTensor data) {
  public Weight {
    TensorType type = new TensorType(data.elementType(), Shape.ofConstants(data.shape()));
    if (!type.equals(value.type())) {
      throw new IrException(
          "weight " + value.name() + " is declared " + value.type() + " but holds " + type);
    }
  }

  /** A weight named {@code name} of the type of {@code data}. */
  public static Weight of(String name, LazyTensor data) {
    return new Weight(
        new Value(name, new TensorType(data.elementType(), Shape.ofConstants(data.shape()))), data);
  }
}
