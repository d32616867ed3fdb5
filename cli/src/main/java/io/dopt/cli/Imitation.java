package io.dopt.cli;

import io.dopt.runtime.build.BuildPackage;
import io.dopt.runtime.bundle.Bundle;

/** What is said when a build package is run, which is there to be built. */
final class Imitation {
  private Imitation() {}

  /**
   * Warns of a build package that is imitated; others, and one that cannot be, are not its matter.
   */
  static Bundle warned(Bundle bundle, Console console) {
    if (BuildPackage.isPackage(bundle) && BuildPackage.of(bundle).imitationProblem().isEmpty()) {
      console.warning(
          bundle.folder()
              + " is a build package, imitated by ONNX Runtime on the CPU: numbers are those of the"
              + " plans but for rounding, times mean nothing.");
    }
    return bundle;
  }
}
