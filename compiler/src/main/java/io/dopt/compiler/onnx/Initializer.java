package io.dopt.compiler.onnx;

import io.dopt.tensor.LazyTensor;
import java.util.List;

/**
 * A constant of an ONNX graph.
 *
 * @param name its name in the graph
 * @param dims the shape the graph sees; as many elements as {@code data}, whose own shape may
 *     differ, so that one stored tensor serves several views
 * @param data the content
 */
public record Initializer(String name, List<Long> dims, LazyTensor data) {
  public Initializer {
    dims = List.copyOf(dims);
    long count = dims.stream().reduce(1L, Math::multiplyExact);
    if (count != data.elementCount()) {
      throw new IllegalArgumentException(
          name + ": " + dims + " is not a view of " + data.shape() + " elements");
    }
  }
}
