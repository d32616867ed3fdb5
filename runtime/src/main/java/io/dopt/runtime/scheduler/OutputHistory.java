package io.dopt.runtime.scheduler;

/** The last few denoiser outputs of a multistep scheduler, in buffers that are used again. */
final class OutputHistory {
  private final float[][] buffers;
  private int pushed;

  /**
   * @param capacity how many outputs are kept
   * @param elements of each output
   */
  OutputHistory(int capacity, int elements) {
    this.buffers = new float[capacity][elements];
  }

  /** Makes room for the newest output, forgetting the oldest; the caller fills it. */
  float[] push() {
    return buffers[pushed++ % buffers.length];
  }

  /** The output pushed {@code age} pushes before the newest. */
  float[] back(int age) {
    if (age >= size()) {
      throw new IllegalStateException("only " + size() + " outputs so far");
    }
    return buffers[(pushed - 1 - age) % buffers.length];
  }

  /** How many outputs are kept now. */
  int size() {
    return Math.min(pushed, buffers.length);
  }
}
