package io.dopt.passes.evaluation;

import java.util.List;

/** Where the taps of a window that slides over the spatial axes of [N, C, spatial...] lie. */
final class Window {
  private final int samples;
  private final int channels;
  private final int planeSize;
  private final int taps;

  /** Per output position and tap, the place within a plane; -1 in the padding. */
  private final int[][] offsets;

  Window(
      List<Long> inputShape,
      List<Long> kernel,
      List<Long> outputShape,
      List<Long> strides,
      List<Long> pads,
      List<Long> dilations) {
    samples = Math.toIntExact(inputShape.get(0));
    channels = Math.toIntExact(inputShape.get(1));
    List<Long> spatial = inputShape.subList(2, inputShape.size());
    List<Long> output = outputShape.subList(2, outputShape.size());
    planeSize = size(spatial);
    taps = size(kernel);
    offsets = new int[size(output)][taps];
    int[] spatialStrides = Layout.strides(spatial);
    int[] outputStrides = Layout.strides(output);
    int[] kernelStrides = Layout.strides(kernel);
    for (int position = 0; position < offsets.length; position++) {
      for (int tap = 0; tap < taps; tap++) {
        int offset = 0;
        for (int axis = 0; axis < spatial.size() && offset >= 0; axis++) {
          long step = position / outputStrides[axis] % output.get(axis);
          long reach = tap / kernelStrides[axis] % kernel.get(axis);
          long place = step * strides.get(axis) + reach * dilations.get(axis) - pads.get(axis);
          boolean inside = place >= 0 && place < spatial.get(axis);
          offset = inside ? offset + (int) place * spatialStrides[axis] : -1;
        }
        offsets[position][tap] = offset;
      }
    }
  }

  private static int size(List<Long> shape) {
    return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
  }

  int samples() {
    return samples;
  }

  int channels() {
    return channels;
  }

  /** Number of output positions. */
  int positions() {
    return offsets.length;
  }

  /** Number of elements of the kernel. */
  int taps() {
    return taps;
  }

  /** Where the plane of one channel of one sample begins. */
  int plane(int sample, int channel) {
    return (sample * channels + channel) * planeSize;
  }

  /** Place of a tap within a plane, or -1 when it lies in the padding. */
  int offset(int position, int tap) {
    return offsets[position][tap];
  }
}
