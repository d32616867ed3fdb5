package io.dopt.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes the bytes of a tensor in order. The buffer belongs to the caller and is reused after the
 * call returns.
 */
@FunctionalInterface
public interface TensorSink {
  /** Consumes {@code chunk} from its position to its limit; little-endian. */
  void accept(ByteBuffer chunk) throws IOException;
}
