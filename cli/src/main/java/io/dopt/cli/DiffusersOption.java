package io.dopt.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Options under the names that diffusers and its scripts give them. */
final class DiffusersOption {
  private static final Map<String, String> HERE =
      Map.of(
          "height", "--size HxW",
          "width", "--size HxW",
          "num-inference-steps", "--steps",
          "guidance-scale", "--guidance",
          "negative-prompt", "--negative-prompt",
          "num-images-per-prompt", "--count",
          "guidance-rescale", "--guidance-rescale");

  private DiffusersOption() {}

  /** What an option that does not exist is called here; empty when diffusers does not know it. */
  static Optional<String> named(String word) {
    String name = word.replaceFirst("=.*", "").replaceFirst("^--", "");
    return Optional.ofNullable(HERE.get(name.toLowerCase(Locale.ROOT).replace('_', '-')));
  }
}
