package io.dopt.tensor;

import java.util.Map;

/**
 * Recursive descent over {@code sum := product ((+|-) product)*}, {@code product := atom ((*|/)
 * atom)*}, {@code atom := number | symbol | [floor] "(" sum ")"}.
 */
final class DimensionParser {
  /** Deep enough for anything printed, small enough that hostile input cannot exhaust the stack. */
  private static final int MAXIMUM_LENGTH = 1000;

  /** Products of sums grow exponentially with their length; nothing printed is near this. */
  private static final int MAXIMUM_TERMS = 100;

  private final String text;
  private int position;

  DimensionParser(String text) {
    this.text = text;
  }

  Dimension parse() {
    if (text.length() > MAXIMUM_LENGTH) {
      throw error("longer than " + MAXIMUM_LENGTH + " characters");
    }
    try {
      Dimension value = sum();
      skipSpaces();
      if (position < text.length()) {
        throw error("unexpected '" + text.charAt(position) + "'");
      }
      return value;
    } catch (ArithmeticException e) {
      throw error(e.getMessage());
    }
  }

  private Dimension sum() {
    Dimension value = product();
    while (true) {
      if (take('+')) {
        value = value.plus(product());
      } else if (take('-')) {
        value = value.minus(product());
      } else {
        return value;
      }
    }
  }

  private Dimension product() {
    Dimension value = atom();
    while (true) {
      if (take('*')) {
        value = value.times(atom());
        if (value.terms().size() > MAXIMUM_TERMS) {
          throw error("more than " + MAXIMUM_TERMS + " terms");
        }
      } else if (take('/')) {
        Dimension divisor = atom();
        if (!divisor.isConstant() || !divisor.isIntegral(Map.of())) {
          throw error("division by something else than an integer");
        }
        value = value.dividedBy(divisor.constant());
      } else {
        return value;
      }
    }
  }

  private Dimension atom() {
    if (take('-')) {
      return atom().times(-1);
    }
    if (take('(')) {
      return closed();
    }
    skipSpaces();
    int start = position;
    while (position < text.length() && isWordCharacter(text.charAt(position))) {
      position++;
    }
    String word = text.substring(start, position);
    if (word.isEmpty()) {
      throw error("a number or a symbol is missing at position " + start);
    }
    if (word.equals("floor") && take('(')) {
      return closed().floor();
    }
    if (!Character.isDigit(word.charAt(0))) {
      return Dimension.symbol(word);
    }
    try {
      return Dimension.of(Long.parseLong(word));
    } catch (NumberFormatException e) {
      throw error("'" + word + "' is not an integer");
    }
  }

  /** A sum and the parenthesis behind it. */
  private Dimension closed() {
    Dimension value = sum();
    if (!take(')')) {
      throw error("missing ')'");
    }
    return value;
  }

  private static boolean isWordCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  private boolean take(char expected) {
    skipSpaces();
    if (position < text.length() && text.charAt(position) == expected) {
      position++;
      return true;
    }
    return false;
  }

  private void skipSpaces() {
    while (position < text.length() && text.charAt(position) == ' ') {
      position++;
    }
  }

  private DoptException error(String problem) {
    String shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
    return new DoptException(
        ErrorCode.BAD_INPUT, "'" + shown + "' is not a dimension expression: " + problem + ".");
  }
}
