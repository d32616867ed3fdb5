package io.dopt.evals.export;

/** Text of one line in characters that every format can hold. */
final class PlainText {
  private PlainText() {}

  /**
   * The text with white space as single blanks, and what XML 1.0 has no place for (control
   * characters, lone surrogates, U+FFFE and U+FFFF) as U+FFFD.
   */
  static String of(String text) {
    StringBuilder plain = new StringBuilder();
    text.replaceAll("\\s+", " ")
        .codePoints()
        .map(PlainText::allowed)
        .forEach(plain::appendCodePoint);
    return plain.toString();
  }

  private static int allowed(int character) {
    boolean isControl = character < 0x20 || character >= 0x7f && character < 0xa0;
    boolean isSurrogate = character >= 0xd800 && character <= 0xdfff;
    boolean isNone = (character & 0xfffe) == 0xfffe;
    return isControl || isSurrogate || isNone ? 0xfffd : character;
  }
}
