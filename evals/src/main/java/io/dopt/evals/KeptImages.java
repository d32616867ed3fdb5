package io.dopt.evals;

import io.dopt.evals.report.Subject;
import java.util.List;

/**
 * Images that a bundle made before.
 *
 * @param images by sample
 */
record KeptImages(Subject subject, List<SourcedImage> images) implements ImageSource {
  @Override
  public void warmUp() {}

  @Override
  public SourcedImage image(int index, String prompt, long seed) {
    return images.get(index);
  }

  @Override
  public void close() {}
}
