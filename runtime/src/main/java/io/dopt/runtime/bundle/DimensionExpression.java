package io.dopt.runtime.bundle;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A dimension as the manifest writes it: {@code 4}, {@code batch}, {@code 8*height}, {@code
 * (height*width)/4}; integers, symbols, {@code + - * /} and parentheses. Division is exact: the
 * value of the whole must be a natural number, though a part ({@code 1/8*height}) need not be.
 */
public final class DimensionExpression {
  /** Keeps the recursive parser's stack small for any hostile manifest. */
  private static final int MAXIMUM_LENGTH = 500;

  private static final Pattern SYMBOL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final String text;
  private final SortedSet<String> symbols = new TreeSet<>();

  private DimensionExpression(String text) {
    this.text = text;
  }

  /**
   * Parses the text form.
   *
   * @throws DoptException (BAD_INPUT) when it is not an expression of that form
   */
  @JsonCreator
  public static DimensionExpression parse(String text) {
    DimensionExpression expression = new DimensionExpression(text);
    if (text.length() > MAXIMUM_LENGTH) {
      throw expression.bad("it is longer than " + MAXIMUM_LENGTH + " characters");
    }
    expression.new Evaluation(Map.of(), true).run();
    return expression;
  }

  /** The symbols it mentions, sorted. */
  public SortedSet<String> symbols() {
    return new TreeSet<>(symbols);
  }

  /** The symbol, when the expression is nothing but one. */
  public Optional<String> asSymbol() {
    return SYMBOL.matcher(text).matches() ? Optional.of(text) : Optional.empty();
  }

  /**
   * The dimension when the symbols have the given values.
   *
   * @throws DoptException (BAD_INPUT) when a symbol has no value, or the result is not a natural
   *     number
   */
  public long evaluate(Map<String, Long> bindings) {
    Fraction value = new Evaluation(bindings, false).run();
    if (value.denominator != 1 || value.numerator < 0) {
      throw bad("for " + bindings + " it is " + value + ", which is not a natural number");
    }
    return value.numerator;
  }

  /** The text it was parsed from. */
  @JsonValue
  @Override
  public String toString() {
    return text;
  }

  /** Equality of text. */
  @Override
  public boolean equals(Object other) {
    return other instanceof DimensionExpression that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  private DoptException bad(String why) {
    return new DoptException(ErrorCode.BAD_INPUT, "The dimension '" + text + "': " + why + ".");
  }

  /** An exact rational in lowest terms, the denominator positive. */
  private record Fraction(long numerator, long denominator) {
    Fraction {
      long divisor = gcd(Math.abs(numerator), Math.abs(denominator));
      divisor = denominator < 0 ? -divisor : divisor;
      numerator /= divisor;
      denominator /= divisor;
    }

    static long gcd(long a, long b) {
      return b == 0 ? Math.max(a, 1) : gcd(b, a % b);
    }

    Fraction plus(Fraction other) {
      return new Fraction(
          Math.addExact(
              Math.multiplyExact(numerator, other.denominator),
              Math.multiplyExact(other.numerator, denominator)),
          Math.multiplyExact(denominator, other.denominator));
    }

    Fraction times(Fraction other) {
      return new Fraction(
          Math.multiplyExact(numerator, other.numerator),
          Math.multiplyExact(denominator, other.denominator));
    }

    Fraction negated() {
      return new Fraction(Math.negateExact(numerator), denominator);
    }

    @Override
    public String toString() {
      return denominator == 1 ? Long.toString(numerator) : numerator + "/" + denominator;
    }
  }

  /**
   * One walk over the text by recursive descent. While parsing, symbols are collected and count as
   * 1: only the form matters then.
   */
  private final class Evaluation {
    private final Map<String, Long> bindings;
    private final boolean parsing;
    private int position;

    Evaluation(Map<String, Long> bindings, boolean parsing) {
      this.bindings = bindings;
      this.parsing = parsing;
    }

    Fraction run() {
      try {
        Fraction value = sum();
        if (position < text.length()) {
          throw bad("unexpected '" + text.charAt(position) + "' at " + position);
        }
        return value;
      } catch (ArithmeticException | NumberFormatException e) {
        throw bad("its value does not fit 64 bits");
      }
    }

    private Fraction sum() {
      Fraction value = product();
      while (true) {
        if (accept('+')) {
          value = value.plus(product());
        } else if (accept('-')) {
          value = value.plus(product().negated());
        } else {
          return value;
        }
      }
    }

    private Fraction product() {
      Fraction value = factor();
      while (true) {
        if (accept('*')) {
          value = value.times(factor());
        } else if (accept('/')) {
          Fraction divisor = factor();
          if (divisor.numerator == 0) {
            // A difference of symbols is 0 while parsing, where each counts as 1.
            if (parsing) {
              continue;
            }
            throw bad("it divides by zero");
          }
          value = value.times(new Fraction(divisor.denominator, divisor.numerator));
        } else {
          return value;
        }
      }
    }

    private Fraction factor() {
      if (accept('-')) {
        return factor().negated();
      }
      if (accept('(')) {
        Fraction value = sum();
        if (!accept(')')) {
          throw bad("a ')' is missing at " + position);
        }
        return value;
      }
      int start = position;
      while (position < text.length() && isWord(text.charAt(position))) {
        position++;
      }
      String word = text.substring(start, position);
      if (word.isEmpty()) {
        throw bad("a number or symbol is missing at " + position);
      }
      skipSpace();
      return Character.isDigit(word.charAt(0))
          ? new Fraction(Long.parseLong(word), 1)
          : new Fraction(symbol(word), 1);
    }

    private long symbol(String name) {
      if (parsing) {
        symbols.add(name);
        return 1;
      }
      Long value = bindings.get(name);
      if (value == null) {
        throw bad("'" + name + "' has no value among " + bindings);
      }
      return value;
    }

    private boolean accept(char expected) {
      skipSpace();
      if (position < text.length() && text.charAt(position) == expected) {
        position++;
        skipSpace();
        return true;
      }
      return false;
    }

    private void skipSpace() {
      while (position < text.length() && text.charAt(position) == ' ') {
        position++;
      }
    }

    private static boolean isWord(char c) {
      return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
  }
}
