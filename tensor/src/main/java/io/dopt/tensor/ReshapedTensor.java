package io.dopt.tensor;

import java.io.IOException;
import java.util.List;

/** The elements of the source in their order, under another shape. */
record ReshapedTensor(LazyTensor source, List<Long> shape) implements LazyTensor {
  @Override
  public ElementType elementType() {
    return source.elementType();
  }

  @Override
  public String fingerprint() {
    return "reshape(" + shape + "," + source.fingerprint() + ")";
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    source.writeTo(sink);
  }
}
