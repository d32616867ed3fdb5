package io.dopt.cli;

import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Numbers on the command line, refused in plain words; picocli adds the name of the option. */
final class NumberConverters {
  private NumberConverters() {}

  static CommandLine register(CommandLine commandLine) {
    return commandLine
        .registerConverter(Integer.class, new Converter<>(NumberConverters::integer))
        .registerConverter(int.class, new Converter<>(NumberConverters::integer))
        .registerConverter(Long.class, new Converter<>(NumberConverters::wholeNumber))
        .registerConverter(long.class, new Converter<>(NumberConverters::wholeNumber))
        .registerConverter(Double.class, new Converter<>(NumberConverters::finite))
        .registerConverter(double.class, new Converter<>(NumberConverters::finite));
  }

  /**
   * A class, as JDK 17 crashes when the launcher lets it archive a lambda of this interface:
   * picocli's class files are too old for class data sharing.
   */
  private record Converter<T>(Function<String, T> parser) implements ITypeConverter<T> {
    @Override
    public T convert(String text) {
      return parser.apply(text);
    }
  }

  /** A count of something: 1 or more. */
  static final class Positive implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      int value = integer(text);
      if (value < 1) {
        throw new TypeConversionException("it must be at least 1, not " + text);
      }
      return value;
    }
  }

  private static int integer(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw outside(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
  }

  private static long wholeNumber(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw outside(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }
  }

  private static double finite(String text) {
    double value = Double.NaN;
    try {
      value = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      // not a number either
    }
    if (!Double.isFinite(value)) {
      throw new TypeConversionException("'" + text + "' is not a finite number");
    }
    return value;
  }

  private static TypeConversionException outside(String text, long least, long most) {
    return new TypeConversionException(
        "'" + text + "' is not a whole number from " + least + " to " + most);
  }
}
