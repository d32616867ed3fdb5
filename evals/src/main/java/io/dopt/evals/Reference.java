package io.dopt.evals;

import io.dopt.runtime.bundle.Bundle;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a candidate is compared with. */
public sealed interface Reference {

  /**
   * A bundle that is run with the same prompts and noise.
   *
   * @param folder of the bundle
   */
  record OtherBundle(Path folder) implements Reference {}

  /**
   * Images made elsewhere: the PNG files of a folder in the order of their names, of which file i
   * belongs to sample i ({@code 0000.png}, {@code 0001.png}, ... as reports name them).
   *
   * @param folder of the images
   */
  record ImageFolder(Path folder) implements Reference {}

  /**
   * A bundle that was run before: for many candidates against one reference. It has no times that
   * could be compared.
   *
   * @param images that it made
   */
  record Kept(KeptReference images) implements Reference {}

  /** The candidate itself under another number of threads: the noise floor. */
  record Itself() implements Reference {}

  /**
   * What lies at a path: a bundle when there is a manifest, else a folder of images.
   *
   * @throws DoptException (IO) when it is not a folder
   */
  static Reference at(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DoptException(
          ErrorCode.IO,
          "The reference " + folder + " is neither a bundle nor a folder of PNG images.");
    }
    return Files.exists(folder.resolve(Bundle.MANIFEST))
        ? new OtherBundle(folder)
        : new ImageFolder(folder);
  }
}
