package io.dopt.tensorrt.library;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.Dims64;

/** TensorRT's {@code Dims64} as a list, outermost first; -1 where a size is open. */
public final class Dimensions {
  private Dimensions() {}

  /** The sizes of {@code dims}. */
  public static List<Long> of(Dims64 dims) {
    List<Long> shape = new ArrayList<>();
    for (int axis = 0; axis < dims.nbDims(); axis++) {
      shape.add(dims.d(axis));
    }
    return shape;
  }

  /** A new {@code Dims64} of these sizes, which the caller closes. */
  public static Dims64 of(List<Long> shape) {
    Dims64 dims = new Dims64();
    dims.nbDims(shape.size());
    for (int axis = 0; axis < shape.size(); axis++) {
      dims.d(axis, shape.get(axis));
    }
    return dims;
  }
}
