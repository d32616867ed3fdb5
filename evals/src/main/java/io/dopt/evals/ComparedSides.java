package io.dopt.evals;

import io.dopt.evals.report.Subject;
import io.dopt.runtime.bundle.Bundle;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Both sides of a comparison, open.
 *
 * @param candidate makes the images to judge
 * @param reference gives those to compare with
 */
record ComparedSides(ImageSource candidate, ImageSource reference) implements AutoCloseable {

  /**
   * Opens both; engines are loaded when first needed.
   *
   * @param warnings told what the pipelines warn of, once where both say the same
   */
  static ComparedSides open(ComparisonRequest request, Consumer<String> warnings) {
    Bundle bundle = Bundle.open(request.candidate());
    Sampling sampling = EvaluationDefaults.sampling(request.sampling(), bundle.manifest());
    Consumer<String> once = onceEach(warnings);
    ImageSource candidate =
        BundleImages.open(
            Subject.Kind.BUNDLE,
            name(request.candidate()),
            request.candidate(),
            bundle,
            request.threads(),
            sampling,
            once);
    try {
      return new ComparedSides(candidate, reference(request, bundle, sampling, once));
    } catch (RuntimeException e) {
      candidate.close();
      throw e;
    }
  }

  private static ImageSource reference(
      ComparisonRequest request, Bundle candidate, Sampling sampling, Consumer<String> warnings) {
    if (request.reference() instanceof Reference.OtherBundle other) {
      return bundle(other.folder(), request.threads(), sampling, warnings);
    }
    if (request.reference() instanceof Reference.ImageFolder images) {
      return FolderImages.open(images.folder(), request.samples());
    }
    if (request.reference() instanceof Reference.Kept kept) {
      return kept.images().open(request, sampling);
    }
    int threads = EvaluationDefaults.otherThreads(request.threads());
    return BundleImages.open(
        Subject.Kind.NOISE_FLOOR,
        "itself on " + threads + (threads == 1 ? " thread" : " threads"),
        request.candidate(),
        candidate,
        threads,
        sampling,
        warnings);
  }

  /** A bundle as one side. */
  static ImageSource bundle(
      Path folder, int threads, Sampling sampling, Consumer<String> warnings) {
    return BundleImages.open(
        Subject.Kind.BUNDLE,
        name(folder),
        folder,
        Bundle.open(folder),
        threads,
        sampling,
        warnings);
  }

  /**
   * The reference once more, silent about what it warned of already.
   *
   * @param threads of its engines
   */
  static ImageSource again(
      ComparisonRequest request, Reference.OtherBundle reference, int threads) {
    return BundleImages.open(
        Subject.Kind.NOISE_FLOOR,
        name(reference.folder()),
        reference.folder(),
        Bundle.open(reference.folder()),
        threads,
        EvaluationDefaults.sampling(
            request.sampling(), Bundle.open(request.candidate()).manifest()),
        warning -> {});
  }

  /** Both sides warn of the same prompts. */
  private static Consumer<String> onceEach(Consumer<String> target) {
    Set<String> told = new HashSet<>();
    return message -> {
      if (told.add(message)) {
        target.accept(message);
      }
    };
  }

  private static String name(Path folder) {
    return folder.toAbsolutePath().normalize().getFileName().toString();
  }

  @Override
  public void close() {
    try (candidate;
        reference) {
      // Closes the reference first, and the candidate whatever that throws.
    }
  }
}
