package io.dopt.quantizer.calibration;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How the images of a calibration are made.
 *
 * @param promptsSha256 SHA-256 of the prompts, one a line, each line ended
 * @param prompts how many prompts; image {@code i} is of prompt {@code i}
 * @param seed of image 0; image {@code i} has the seed {@code seed + i}
 * @param steps denoising steps
 * @param guidanceScale classifier-free guidance
 * @param height of the images in pixels
 * @param width of the images in pixels
 * @param scheduler its class in diffusers
 */
public record CalibrationSettings(
    String promptsSha256,
    int prompts,
    long seed,
    int steps,
    double guidanceScale,
    int height,
    int width,
    String scheduler) {
  public CalibrationSettings {
    requireHash(promptsSha256);
    Objects.requireNonNull(scheduler);
    if (prompts < 1 || steps < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "prompts, steps, height and width must be at least 1, not "
              + List.of(prompts, steps, height, width));
    }
    if (!Double.isFinite(guidanceScale)) {
      throw new IllegalArgumentException("the guidance scale is " + guidanceScale);
    }
  }

  static void requireHash(String hash) {
    if (!hash.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("'" + hash + "' is not a SHA-256");
    }
  }

  /** Where {@code other} is set otherwise, one clause each: {@code the seed is 1, not 0}. */
  public List<String> differences(CalibrationSettings other) {
    List<String> found = new ArrayList<>();
    compare("number of prompts", prompts, other.prompts, found);
    if (prompts == other.prompts && !promptsSha256.equals(other.promptsSha256)) {
      found.add("the prompts are others");
    }
    compare("seed", seed, other.seed, found);
    compare("number of steps", steps, other.steps, found);
    compare("guidance scale", guidanceScale, other.guidanceScale, found);
    compare("height", height, other.height, found);
    compare("width", width, other.width, found);
    compare("scheduler", scheduler, other.scheduler, found);
    return found;
  }

  private static void compare(String what, Object here, Object there, List<String> found) {
    if (!here.equals(there)) {
      found.add("the " + what + " is " + there + ", not " + here);
    }
  }
}
