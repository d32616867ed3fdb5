package io.dopt.quantizer;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a layer's operands are stored and multiplied in. */
public enum Precision {
  FLOAT32("f32", ElementType.FLOAT32),
  FLOAT16("f16", ElementType.FLOAT16),
  BFLOAT16("bf16", ElementType.BFLOAT16);

  private final String text;
  private final ElementType elementType;

  Precision(String text, ElementType elementType) {
    this.text = text;
    this.elementType = elementType;
  }

  /** The name on the command line and in manifests. */
  public String text() {
    return text;
  }

  /** The precision of operands of {@code type}, if layers compute in it. */
  public static Optional<Precision> of(ElementType type) {
    return Arrays.stream(values()).filter(each -> each.elementType == type).findFirst();
  }

  /**
   * The precision called {@code text}.
   *
   * @throws DoptException (USAGE) listing the names when there is none
   */
  public static Precision parse(String text) {
    return Arrays.stream(values())
        .filter(each -> each.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new DoptException(
                    ErrorCode.USAGE,
                    String.format(
                        "'%s' is not a precision; there are %s.",
                        text,
                        Arrays.stream(values())
                            .map(Precision::text)
                            .collect(Collectors.joining(", ")))));
  }
}
