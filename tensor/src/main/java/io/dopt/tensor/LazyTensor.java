package io.dopt.tensor;

import java.io.IOException;
import java.util.List;

/**
 * A tensor that is described now and read later: a slice of a file, a small array, or a transform
 * of other lazy tensors. It is immutable and may be read many times, from several threads; nothing
 * of it is held on the heap between reads.
 */
public interface LazyTensor {
  /** Element type of what {@link #writeTo} pours. */
  ElementType elementType();

  /** Dimensions, outermost first; empty for a scalar. */
  List<Long> shape();

  /**
   * Describes the content without reading it: two tensors with equal fingerprints hold equal bytes.
   * Composed of the origin (file identity, offset, length, type) and the chain of transforms; used
   * for common-subexpression elimination and caches.
   */
  String fingerprint();

  /**
   * Pours the elements, row-major and little-endian, in chunks of at most a few MiB that hold whole
   * elements.
   *
   * @throws IOException when the sink fails
   * @throws DoptException (BAD_INPUT, IO) when the origin cannot be read, naming file and tensor
   */
  void writeTo(TensorSink sink) throws IOException;

  /** Number of elements. */
  default long elementCount() {
    long count = 1;
    for (long dimension : shape()) {
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }

  /** Bytes {@link #writeTo} pours. */
  default long byteSize() {
    return elementType().byteSize(elementCount());
  }
}
