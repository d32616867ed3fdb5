package io.dopt.runtime.build;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Arrays;
import java.util.stream.Collectors;

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

  /**
   * The one called {@code text}.
   *
   * @throws DoptException (USAGE) when there is none, naming those there are
   */
  @JsonCreator
  public static HardwareCompatibility parse(String text) {
    return Arrays.stream(values())
        .filter(each -> each.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE,
                    "Hardware compatibility is "
                        + Arrays.stream(values())
                            .map(it -> it.text)
                            .collect(Collectors.joining(" or "))
                        + ", not '"
                        + text
                        + "'."));
  }
}
