package io.dopt.importer.synthetic;

import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.TensorSink;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

/** A tensor that tells how many bytes of it were poured. */
record ObservedTensor(LazyTensor source, LongConsumer observer) implements LazyTensor {
  @Override
  public ElementType elementType() {
    return source.elementType();
  }

  @Override
  public List<Long> shape() {
    return source.shape();
  }

  @Override
  public String fingerprint() {
    return source.fingerprint();
  }

  @Override
  public void writeTo(TensorSink sink) throws IOException {
    source.writeTo(
        chunk -> {
          int bytes = chunk.remaining();
          sink.accept(chunk);
          observer.accept(bytes);
        });
  }
}
