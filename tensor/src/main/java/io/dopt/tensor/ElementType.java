package io.dopt.tensor;

import java.util.Optional;

/**
 * Element types of tensors, with their width, their safetensors name (safetensors README, "dtype")
 * and their number in ONNX ({@code TensorProto.DataType} of onnx.proto).
 */
public enum ElementType {
  FLOAT64(64, "f64", "F64", 11),
  FLOAT32(32, "f32", "F32", 1),
  FLOAT16(16, "f16", "F16", 10),
  BFLOAT16(16, "bf16", "BF16", 16),
  FLOAT8E4M3FN(8, "f8e4m3fn", "F8_E4M3", 17),
  FLOAT8E5M2(8, "f8e5m2", "F8_E5M2", 19),
  INT64(64, "i64", "I64", 7),
  INT32(32, "i32", "I32", 6),
  INT16(16, "i16", "I16", 5),
  INT8(8, "i8", "I8", 3),
  UINT64(64, "u64", "U64", 13),
  UINT32(32, "u32", "U32", 12),
  UINT16(16, "u16", "U16", 4),
  UINT8(8, "u8", "U8", 2),
  INT4(4, "i4", null, 22),
  UINT4(4, "u4", null, 21),
  BOOL(8, "bool", "BOOL", 9);

  private final int bits;
  private final String text;
  private final String safetensorsName;
  private final int onnxCode;

  ElementType(int bits, String text, String safetensorsName, int onnxCode) {
    this.bits = bits;
    this.text = text;
    this.safetensorsName = safetensorsName;
    this.onnxCode = onnxCode;
  }

  /** Width of one element in bits. */
  public int bits() {
    return bits;
  }

  /** Short lower-case name, used in the IR's text form. */
  public String text() {
    return text;
  }

  /** Name in a safetensors header; empty for types that format does not know. */
  public Optional<String> safetensorsName() {
    return Optional.ofNullable(safetensorsName);
  }

  /** Number in ONNX's {@code TensorProto.DataType}. */
  public int onnxCode() {
    return onnxCode;
  }

  /** Whether this is a floating-point type, of any width. */
  public boolean isFloatingPoint() {
    return switch (this) {
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16, FLOAT8E4M3FN, FLOAT8E5M2 -> true;
      case INT64, INT32, INT16, INT8, UINT64, UINT32, UINT16, UINT8, INT4, UINT4, BOOL -> false;
    };
  }

  /**
   * Bytes that {@code elements} elements take, sub-byte types packed.
   *
   * @throws DoptException (BAD_INPUT) when the number does not fit a long
   */
  public long byteSize(long elements) {
    try {
      return Math.addExact(Math.multiplyExact(elements, (long) bits), 7) / 8;
    } catch (ArithmeticException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          "A tensor of " + elements + " elements of " + text + " is too large to address.",
          e);
    }
  }

  /** The type with the given text name. */
  public static Optional<ElementType> ofText(String text) {
    for (ElementType type : values()) {
      if (type.text.equals(text)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The type with the given safetensors name. */
  public static Optional<ElementType> ofSafetensorsName(String name) {
    for (ElementType type : values()) {
      if (name.equals(type.safetensorsName)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
