package io.dopt.compiler.proof.tensorrt;

import io.dopt.tensor.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The element types in the inspector's words, alone ({@code Half}) or among others ({@code
 * Thirty-two wide channel vectorized row major Int8 format}). The words are those of TensorRT's
 * engine explorer (tools/experimental/trt-engine-explorer, {@code activations.py}).
 */
final class Datatypes {
  private static final Map<String, ElementType> WORDS =
      Map.ofEntries(
          Map.entry("float", ElementType.FLOAT32),
          Map.entry("fp32", ElementType.FLOAT32),
          Map.entry("double", ElementType.FLOAT64),
          Map.entry("half", ElementType.FLOAT16),
          Map.entry("fp16", ElementType.FLOAT16),
          Map.entry("bfloat16", ElementType.BFLOAT16),
          Map.entry("bf16", ElementType.BFLOAT16),
          Map.entry("fp8", ElementType.FLOAT8E4M3FN),
          Map.entry("fp8e4m3", ElementType.FLOAT8E4M3FN),
          Map.entry("int8", ElementType.INT8),
          Map.entry("uint8", ElementType.UINT8),
          Map.entry("int4", ElementType.INT4),
          Map.entry("int16", ElementType.INT16),
          Map.entry("int32", ElementType.INT32),
          Map.entry("int64", ElementType.INT64),
          Map.entry("bool", ElementType.BOOL));

  private static final Pattern WORD = Pattern.compile("[a-z0-9]+");

  /** From the least precise on. */
  private static final List<ElementType> FEWEST_BITS_FIRST =
      List.of(
          ElementType.INT4,
          ElementType.FLOAT8E4M3FN,
          ElementType.INT8,
          ElementType.FLOAT16,
          ElementType.BFLOAT16,
          ElementType.FLOAT32);

  private Datatypes() {}

  /** The element type that {@code text} names, if it is a known one. */
  static Optional<ElementType> of(String text) {
    Matcher words = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (words.find()) {
      ElementType type = WORDS.get(words.group());
      if (type != null) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** What a layer with such operands multiplies in: the least precise of them. */
  static Optional<ElementType> multiplied(List<InspectedTensor> operands) {
    return FEWEST_BITS_FIRST.stream()
        .filter(type -> operands.stream().anyMatch(it -> it.type().equals(Optional.of(type))))
        .findFirst();
  }

  /** A type in the words of {@code --precision}. */
  static String precision(ElementType type) {
    return switch (type) {
      case INT8 -> "int8";
      case INT4 -> "int4-weight";
      case FLOAT8E4M3FN -> "fp8";
      case FLOAT16,
          BFLOAT16,
          FLOAT32,
          FLOAT64,
          FLOAT8E5M2,
          INT64,
          INT32,
          INT16,
          UINT64,
          UINT32,
          UINT16,
          UINT8,
          UINT4,
          BOOL ->
          type.text();
    };
  }
}
