package io.dopt.compiler;

import io.dopt.tensor.DoptException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;

/**
 * Looks at a bundle that is complete but has not appeared yet, and may add to it what it found or
 * refuse it.
 */
@FunctionalInterface
public interface BundleReview {
  /** Finds nothing. */
  BundleReview NONE = folder -> Collections.emptySortedMap();

  /**
   * Reviews a bundle.
   *
   * @param folder where it is for now; it can be opened and run
   * @return files to add, by path relative to the bundle with {@code /} between names; those the
   *     bundle has already are none of them
   * @throws DoptException to refuse the bundle: nothing is left of it
   */
  SortedMap<String, byte[]> review(Path folder);
}
