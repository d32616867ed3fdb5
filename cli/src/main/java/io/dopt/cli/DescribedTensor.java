package io.dopt.cli;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.util.List;

/** A weight of which a graph's text form says all but the content. */
record DescribedTensor(String name, ElementType elementType, List<Long> shape, String fingerprint)
    implements LazyTensor {
  @Override
  public void writeTo(TensorSink sink) {
    throw new DoptException(
        ErrorCode.UNSUPPORTED,
        "The content of weight "
            + name
            + " is not in the text form of a graph; give the checkpoint instead.");
  }
}
