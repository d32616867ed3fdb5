package io.dopt.cli;

import io.dopt.runtime.bundle.ImageSize;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code HEIGHTxWIDTH} in pixels: {@code 512x768} is 512 high and 768 wide, as in diffusers. */
final class ImageSizeConverter implements ITypeConverter<ImageSize> {
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,5})[xX]([1-9][0-9]{0,5})");

  @Override
  public ImageSize convert(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not HEIGHTxWIDTH in pixels, for example 512x768 (512 high, 768 wide)");
    }
    return new ImageSize(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }
}
