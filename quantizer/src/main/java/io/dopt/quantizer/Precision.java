package io.dopt.quantizer;

import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.SymmetricFormat;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a layer's operands are stored and multiplied in. */
public enum Precision {
  FLOAT32("f32", null),
  FLOAT16("f16", null),
  BFLOAT16("bf16", null),
  /** Weights and activations in 8-bit integers (W8A8). */
  INT8("int8", SymmetricFormat.INT8),
  /** Weights and activations in 8-bit floating point, E4M3 (W8A8). */
  FLOAT8("fp8", SymmetricFormat.FLOAT8E4M3FN),
  /** Weights in 8-bit integers, activations in float32 (W8A16 and the like). */
  INT8_WEIGHT("int8-weight", SymmetricFormat.INT8),
  /** Weights in 4-bit integers by groups, activations in float32. */
  INT4_WEIGHT("int4-weight", SymmetricFormat.INT4);

  private final String text;
  private final SymmetricFormat weightFormat;

  Precision(String text, SymmetricFormat weightFormat) {
    this.text = text;
    this.weightFormat = weightFormat;
  }

  /** The name on the command line and in manifests. */
  public String text() {
    return text;
  }

  /** What weights are quantized to; empty for plain floating point. */
  public Optional<SymmetricFormat> weightFormat() {
    return Optional.ofNullable(weightFormat);
  }

  /** Whether activations are quantized, so that their ranges must be known: from a calibration. */
  public boolean needsCalibration() {
    return this == INT8 || this == FLOAT8;
  }

  /** The precision of plain operands of {@code type}, if layers compute in it. */
  public static Optional<Precision> of(ElementType type) {
    return switch (type) {
      case FLOAT32 -> Optional.of(FLOAT32);
      case FLOAT16 -> Optional.of(FLOAT16);
      case BFLOAT16 -> Optional.of(BFLOAT16);
      case FLOAT64,
          FLOAT8E4M3FN,
          FLOAT8E5M2,
          INT64,
          INT32,
          INT16,
          INT8,
          UINT64,
          UINT32,
          UINT16,
          UINT8,
          INT4,
          UINT4,
          BOOL ->
          Optional.empty();
    };
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
