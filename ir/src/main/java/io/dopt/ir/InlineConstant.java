package io.dopt.ir;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Small constants as the text form writes them out: {@code [0.5, -Infinity]}, {@code [1, 2]},
 * {@code [true]}, row-major. The decimals are the shortest that give the same bits back.
 */
final class InlineConstant {
  private static final int MAXIMUM_ELEMENTS = 8;

  /** Java's decimal notation of floating-point numbers, without its hexadecimal and suffixes. */
  private static final Pattern DECIMAL =
      Pattern.compile("-?(\\d{1,400}(\\.\\d{1,400})?(E-?\\d{1,4})?|Infinity)");

  private InlineConstant() {}

  /**
   * The text of {@code data} if it is held in memory, small, and comes back bit for bit from its
   * text (a NaN does not).
   */
  static Optional<String> print(LazyTensor data) {
    if (!(data instanceof DenseTensor dense)
        || dense.elementCount() > MAXIMUM_ELEMENTS
        || !isWritable(dense.elementType())) {
      return Optional.empty();
    }
    List<String> elements = new ArrayList<>();
    switch (dense.elementType()) {
      case FLOAT64 -> {
        for (double value : dense.toDoubles()) {
          elements.add(Double.toString(value));
        }
      }
      case FLOAT32, FLOAT16, BFLOAT16, FLOAT8E4M3FN, FLOAT8E5M2 -> {
        for (float value : dense.toFloats()) {
          elements.add(Float.toString(value));
        }
      }
      case BOOL -> {
        for (long value : dense.toLongs()) {
          elements.add(Boolean.toString(value != 0));
        }
      }
      case INT64, INT32, INT16, INT8, UINT64, UINT32, UINT16, UINT8, INT4, UINT4 -> {
        for (long value : dense.toLongs()) {
          elements.add(Long.toString(value));
        }
      }
    }
    if (elements.contains("NaN")) {
      return Optional.empty();
    }
    return Optional.of("[" + String.join(", ", elements) + "]");
  }

  /**
   * Reads elements of a constant of {@code type}.
   *
   * @throws IrException when they are too few, too many or not of the type
   */
  static DenseTensor parse(TensorType type, List<String> elements) {
    if (elements.size() > MAXIMUM_ELEMENTS || !isWritable(type.elementType())) {
      throw new IrException(
          "a constant " + type + " is not written out; it has its fingerprint instead");
    }
    List<Long> shape = type.shape().constants();
    if (!type.shape().elementCount().equals(Dimension.of(elements.size()))) {
      throw new IrException(elements.size() + " elements do not fill " + type);
    }
    try {
      return dense(type.elementType(), shape, elements);
    } catch (NumberFormatException | DoptException e) {
      throw new IrException(elements + " is not a list of " + type.elementType().text(), e);
    }
  }

  private static DenseTensor dense(ElementType type, List<Long> shape, List<String> elements) {
    if (type == ElementType.FLOAT64) {
      double[] values = new double[elements.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = real(elements.get(i));
      }
      return DenseTensor.ofDoubles(shape, values);
    }
    if (type.isFloatingPoint()) {
      float[] values = new float[elements.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = Float.parseFloat(decimal(elements.get(i)));
      }
      return DenseTensor.ofFloats(shape, values).cast(type);
    }
    long[] values = new long[elements.size()];
    for (int i = 0; i < values.length; i++) {
      String element = elements.get(i);
      if (type == ElementType.BOOL) {
        if (!element.equals("true") && !element.equals("false")) {
          throw new NumberFormatException(element);
        }
        values[i] = element.equals("true") ? 1 : 0;
      } else {
        values[i] = Long.parseLong(element);
      }
    }
    DenseTensor written = DenseTensor.ofLongs(shape, values).cast(type);
    if (type != ElementType.BOOL && !Arrays.equals(written.toLongs(), values)) {
      throw new NumberFormatException("out of range");
    }
    return written;
  }

  /** A number in the notation of {@code Double.toString}, NaN excepted. */
  static double real(String text) {
    return Double.parseDouble(decimal(text));
  }

  private static String decimal(String text) {
    if (!DECIMAL.matcher(text).matches()) {
      throw new NumberFormatException(text);
    }
    return text;
  }

  private static boolean isWritable(ElementType type) {
    return switch (type) {
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16, FLOAT8E4M3FN, FLOAT8E5M2 -> true;
      case INT64, INT32, INT16, INT8, UINT32, UINT16, UINT8, INT4, UINT4, BOOL -> true;
      // Beyond a long: always by fingerprint.
      case UINT64 -> false;
    };
  }
}
