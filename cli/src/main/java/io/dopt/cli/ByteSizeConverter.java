package io.dopt.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size with its unit, from 1 MiB: {@code 512MiB}, {@code 4GiB}. */
final class ByteSizeConverter implements ITypeConverter<Long> {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})(B|KiB|MiB|GiB)");
  private static final long LEAST = 1L << 20;

  @Override
  public Long convert(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw refused(text);
    }
    int shift = 10 * "BKMG".indexOf(matcher.group(2).charAt(0));
    try {
      long size = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
      if (size >= LEAST) {
        return size;
      }
    } catch (ArithmeticException e) {
      // More than there is; said below.
    }
    throw refused(text);
  }

  private static TypeConversionException refused(String text) {
    return new TypeConversionException(
        "'" + text + "' is not a size with its unit, such as 512MiB or 4GiB, of 1MiB or more");
  }
}
