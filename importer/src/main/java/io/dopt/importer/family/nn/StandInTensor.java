package io.dopt.importer.family.nn;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.util.List;

/** A weight without content, so that building can go on and name all that is missing at once. */
record StandInTensor(String name, List<Long> shape) implements LazyTensor {
  StandInTensor {
    shape = List.copyOf(shape);
  }

  @Override
  public ElementType elementType() {
    return ElementType.FLOAT32;
  }

  @Override
  public String fingerprint() {
    return "standin(" + name + "|" + shape + ")";
  }

  @Override
  public void writeTo(TensorSink sink) {
    throw new DoptException(ErrorCode.INTERNAL, "The weight " + name + " has no content.");
  }
}
