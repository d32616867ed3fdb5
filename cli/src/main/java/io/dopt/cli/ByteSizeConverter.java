package io.dopt.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size in bytes, or in KiB, MiB or GiB: {@code 4GiB}. */
final class ByteSizeConverter implements ITypeConverter<Long> {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})(B|KiB|MiB|GiB)?");

  @Override
  public Long convert(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw refused(text);
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    int shift = 10 * "BKMG".indexOf(unit.charAt(0));
    try {
      long size = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
      if (size > 0) {
        return size;
      }
    } catch (ArithmeticException e) {
      // More than there is; said below.
    }
    throw refused(text);
  }

  private static TypeConversionException refused(String text) {
    return new TypeConversionException(
        "'" + text + "' is not a size such as 536870912, 512MiB or 4GiB");
  }
}
