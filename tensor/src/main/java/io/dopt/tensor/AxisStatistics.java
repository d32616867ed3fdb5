package io.dopt.tensor;

/** Statistics of the elements that share a scale, computed while the tensor streams by once. */
public final class AxisStatistics {
  private AxisStatistics() {}

  /** {@link #absoluteMaximum(LazyTensor, Granularity)} per index along {@code axis}. */
  public static float[] absoluteMaximum(LazyTensor tensor, int axis) {
    return absoluteMaximum(tensor, new Granularity.PerAxis(axis));
  }

  /**
   * The largest magnitude of every group, in the order of the scales; NaN where an element is NaN,
   * 0 for a group without elements.
   *
   * @throws DoptException (IO, BAD_INPUT) whatever reading the tensor throws
   */
  public static float[] absoluteMaximum(LazyTensor tensor, Granularity granularity) {
    GroupCursor cursor = GroupCursor.of(tensor.shape(), granularity);
    float[] maxima = new float[cursor.groups()];
    FloatReader.read(
        tensor,
        (values, count) -> {
          for (int i = 0; i < count; i++) {
            int group = cursor.next();
            maxima[group] = Math.max(maxima[group], Math.abs(values[i]));
          }
        });
    return maxima;
  }
}
