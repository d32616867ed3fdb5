package io.dopt.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One dimension of a tensor: a polynomial over named symbols with rational coefficients, such as
 * {@code 320}, {@code height/8} or {@code height*width/4}. It is kept in normal form, so that
 * {@code equals} is equality of meaning.
 *
 * <p>A quotient such as {@code height/8} is exact by contract: the symbol's declared multiple makes
 * it so (see {@link SymbolRange}).
 */
public final class Dimension {
  /**
   * Total degree first, so that {@code height*width} prints before {@code height}; then by name.
   */
  private static final java.util.Comparator<List<String>> ORDER =
      java.util.Comparator.<List<String>>comparingInt(List::size)
          .reversed()
          .thenComparing(monomial -> String.join("*", monomial));

  /** Monomial (sorted symbols, repeated for powers) to its non-zero coefficient. */
  private final TreeMap<List<String>, Fraction> terms;

  private Dimension(TreeMap<List<String>, Fraction> terms) {
    terms.values().removeIf(Fraction::isZero);
    this.terms = terms;
  }

  /** The constant {@code value}. */
  public static Dimension of(long value) {
    return term(List.of(), Fraction.of(value));
  }

  /**
   * The symbol {@code name}, a letter or underscore followed by letters, digits and underscores.
   */
  public static Dimension symbol(String name) {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException("not a symbol name: " + name);
    }
    return term(List.of(name), Fraction.of(1));
  }

  /**
   * Reads what {@link #toString} writes: sums of products of integers and symbols, with division by
   * integers and parentheses.
   *
   * @throws DoptException (BAD_INPUT) when {@code text} is not such an expression
   */
  public static Dimension parse(String text) {
    return new DimensionParser(text).parse();
  }

  private static Dimension term(List<String> monomial, Fraction coefficient) {
    TreeMap<List<String>, Fraction> terms = new TreeMap<>(ORDER);
    terms.put(monomial, coefficient);
    return new Dimension(terms);
  }

  public Dimension plus(Dimension other) {
    TreeMap<List<String>, Fraction> sum = new TreeMap<>(terms);
    other.terms.forEach(
        (monomial, coefficient) -> sum.merge(monomial, coefficient, Fraction::plus));
    return new Dimension(sum);
  }

  public Dimension plus(long other) {
    return plus(of(other));
  }

  public Dimension minus(Dimension other) {
    return plus(other.times(-1));
  }

  public Dimension times(Dimension other) {
    TreeMap<List<String>, Fraction> product = new TreeMap<>(ORDER);
    terms.forEach(
        (left, leftCoefficient) ->
            other.terms.forEach(
                (right, rightCoefficient) -> {
                  List<String> monomial = new ArrayList<>(left);
                  monomial.addAll(right);
                  Collections.sort(monomial);
                  product.merge(
                      List.copyOf(monomial),
                      leftCoefficient.times(rightCoefficient),
                      Fraction::plus);
                }));
    return new Dimension(product);
  }

  public Dimension times(long factor) {
    return times(of(factor));
  }

  /**
   * The exact quotient; that it is an integer for every legal symbol value is for the verifier to
   * show.
   */
  public Dimension dividedBy(long divisor) {
    TreeMap<List<String>, Fraction> quotient = new TreeMap<>(ORDER);
    terms.forEach(
        (monomial, coefficient) -> quotient.put(monomial, coefficient.dividedBy(divisor)));
    return new Dimension(quotient);
  }

  /**
   * The quotient rounded down, given that all but the constant term divides exactly: what a strided
   * convolution or pooling does to a dimension.
   */
  public Dimension floorDividedBy(long divisor) {
    long constant = constantTerm();
    return plus(-constant).dividedBy(divisor).plus(Math.floorDiv(constant, divisor));
  }

  /**
   * The quotient by a polynomial of one term, as needed to find the missing dimension of a reshape.
   *
   * @throws DoptException (INTERNAL) when {@code divisor} has several terms and is not this
   *     dimension, or does not divide it
   */
  public Dimension dividedBy(Dimension divisor) {
    if (equals(divisor)) {
      return of(1);
    }
    if (divisor.terms.size() != 1) {
      throw new DoptException(ErrorCode.INTERNAL, "cannot divide " + this + " by " + divisor);
    }
    Map.Entry<List<String>, Fraction> by = divisor.terms.firstEntry();
    TreeMap<List<String>, Fraction> quotient = new TreeMap<>(ORDER);
    terms.forEach(
        (monomial, coefficient) -> {
          List<String> rest = new ArrayList<>(monomial);
          for (String symbol : by.getKey()) {
            if (!rest.remove(symbol)) {
              throw new DoptException(
                  ErrorCode.INTERNAL, "cannot divide " + this + " by " + divisor);
            }
          }
          quotient.put(List.copyOf(rest), coefficient.dividedBy(by.getValue()));
        });
    return new Dimension(quotient);
  }

  private long constantTerm() {
    Fraction constant = terms.getOrDefault(List.of(), Fraction.of(0));
    return Math.floorDiv(constant.numerator(), constant.denominator());
  }

  /** Whether no symbol occurs. */
  public boolean isConstant() {
    return terms.isEmpty() || (terms.size() == 1 && terms.firstKey().isEmpty());
  }

  /**
   * The value of a constant dimension.
   *
   * @throws IllegalStateException when a symbol occurs or the value is not an integer
   */
  public long constant() {
    if (!isConstant()) {
      throw new IllegalStateException(this + " is symbolic");
    }
    return evaluate(Map.of());
  }

  /** The symbols that occur, sorted. */
  public SortedSet<String> symbols() {
    SortedSet<String> symbols = new TreeSet<>();
    terms.keySet().forEach(symbols::addAll);
    return symbols;
  }

  /** Replaces the symbols that {@code values} names. */
  public Dimension bind(Map<String, Long> values) {
    Dimension bound = of(0);
    for (Map.Entry<List<String>, Fraction> term : terms.entrySet()) {
      Dimension product = term(List.of(), term.getValue());
      for (String symbol : term.getKey()) {
        product =
            product.times(values.containsKey(symbol) ? of(values.get(symbol)) : symbol(symbol));
      }
      bound = bound.plus(product);
    }
    return bound;
  }

  /**
   * The value under {@code values}.
   *
   * @throws IllegalStateException when a symbol is missing or the value is not an integer
   */
  public long evaluate(Map<String, Long> values) {
    Fraction sum = Fraction.of(0);
    for (Map.Entry<List<String>, Fraction> term : terms.entrySet()) {
      Fraction product = term.getValue();
      for (String symbol : term.getKey()) {
        Long value = values.get(symbol);
        if (value == null) {
          throw new IllegalStateException("no value for " + symbol + " in " + this);
        }
        product = product.times(Fraction.of(value));
      }
      sum = sum.plus(product);
    }
    if (sum.denominator() != 1) {
      throw new IllegalStateException(this + " is not an integer under " + values);
    }
    return sum.numerator();
  }

  /**
   * Whether every value is an integer when each symbol is a multiple of what {@code ranges}
   * declares (1 if absent).
   */
  public boolean isIntegral(Map<String, SymbolRange> ranges) {
    for (Map.Entry<List<String>, Fraction> term : terms.entrySet()) {
      Fraction coefficient = term.getValue();
      for (String symbol : term.getKey()) {
        SymbolRange range = ranges.get(symbol);
        coefficient = coefficient.times(Fraction.of(range == null ? 1 : range.multipleOf()));
      }
      if (coefficient.denominator() != 1) {
        return false;
      }
    }
    return true;
  }

  /**
   * The terms as sums of {@code coefficient * symbols}, for a compiler that must compute the value
   * at run time.
   */
  public List<Term> terms() {
    List<Term> list = new ArrayList<>();
    terms.forEach(
        (monomial, coefficient) ->
            list.add(new Term(coefficient.numerator(), coefficient.denominator(), monomial)));
    return List.copyOf(list);
  }

  /**
   * {@code numerator/denominator * product of symbols}; the denominator is positive, the fraction
   * in lowest terms.
   */
  public record Term(long numerator, long denominator, List<String> symbols) {}

  @Override
  public boolean equals(Object other) {
    return other instanceof Dimension && terms.equals(((Dimension) other).terms);
  }

  @Override
  public int hashCode() {
    return terms.hashCode();
  }

  @Override
  public String toString() {
    if (terms.isEmpty()) {
      return "0";
    }
    StringBuilder text = new StringBuilder();
    terms.forEach((monomial, coefficient) -> appendTerm(text, monomial, coefficient));
    return text.toString();
  }

  private static void appendTerm(StringBuilder text, List<String> monomial, Fraction coefficient) {
    long numerator = coefficient.numerator();
    if (numerator < 0) {
      text.append('-');
    } else if (text.length() > 0) {
      text.append('+');
    }
    long magnitude = Math.abs(numerator);
    List<String> factors = new ArrayList<>();
    if (magnitude != 1 || monomial.isEmpty()) {
      factors.add(Long.toString(magnitude));
    }
    factors.addAll(monomial);
    text.append(String.join("*", factors));
    if (coefficient.denominator() != 1) {
      text.append('/').append(coefficient.denominator());
    }
  }
}
