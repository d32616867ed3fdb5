package io.dopt.runtime.image;

/**
 * Pillow's filters for resizing ({@code src/libImaging/Resample.c}): a weight by distance, in
 * pixels of the smaller image.
 */
public enum Resampling {
  /** A windowed sinc of three lobes. */
  LANCZOS(3),
  /** A triangle. */
  BILINEAR(1),
  /** Keys' cubic with a = -0.5. */
  BICUBIC(2);

  private static final double CUBIC_A = -0.5;

  private final double support;

  Resampling(double support) {
    this.support = support;
  }

  /** Weights are zero from this distance on. */
  double support() {
    return support;
  }

  /** The weight at a distance of either sign. */
  double weight(double x) {
    double distance = Math.abs(x);
    return switch (this) {
      case LANCZOS -> -support <= x && x < support ? sinc(x) * sinc(x / support) : 0;
      case BILINEAR -> distance < support ? 1 - distance : 0;
      case BICUBIC -> {
        if (distance < 1) {
          yield ((CUBIC_A + 2) * distance - (CUBIC_A + 3)) * distance * distance + 1;
        }
        yield distance < support ? (((distance - 5) * distance + 8) * distance - 4) * CUBIC_A : 0;
      }
    };
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
  }
}
