package io.dopt.runtime.build;

import com.fasterxml.jackson.annotation.JsonValue;

/** On which GPUs a plan runs (TensorRT's {@code HardwareCompatibilityLevel}). */
public enum HardwareCompatibility {
  /** That of the build only. */
  NONE("none"),
  /** Ampere and newer, slower than a plan for one GPU. */
  AMPERE_PLUS("ampere+");

  private final String text;

  HardwareCompatibility(String text) {
    this.text = text;
  }

  /** The name on the command line and in {@code build.json}. */
  @JsonValue
  public String text() {
    return text;
  }
}
