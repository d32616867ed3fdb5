package io.dopt.runtime.scheduler;

/**
 * How the flat array of a batch is divided into samples: {@code batch} contiguous runs of {@code
 * elementsPerSample} values (channels x height x width).
 *
 * @param batch number of samples, at least 1
 * @param elementsPerSample values per sample, at least 1
 */
public record SampleLayout(int batch, int elementsPerSample) {
  /** Refuses empty layouts and those that no Java array can hold. */
  public SampleLayout {
    if (batch < 1 || elementsPerSample < 1) {
      throw new IllegalArgumentException("a sample layout needs at least one element");
    }
    Math.multiplyExact(batch, elementsPerSample);
  }

  /** Elements of the whole batch. */
  public int size() {
    return batch * elementsPerSample;
  }
}
