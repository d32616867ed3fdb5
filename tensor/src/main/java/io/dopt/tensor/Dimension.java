package io.dopt.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One dimension of a tensor: a polynomial over named symbols with rational coefficients, such as
 * {@code 320}, {@code height/8} or {@code height*width/4}. It is kept in normal form, so that
 * {@code equals} is equality of meaning.
 *
 * <p>A quotient such as {@code height/8} is exact by contract: the symbol's declared multiple makes
 * it so (see {@link SymbolRange}). A quotient that is not has its floor as a factor, {@code
 * floor(height/8+7/8)}, which is an integer like a symbol.
 */
public final class Dimension {
  /**
   * Total degree first, so that {@code height*width} prints before {@code height}; then by name.
   */
  private static final java.util.Comparator<List<String>> ORDER =
      java.util.Comparator.<List<String>>comparingInt(List::size)
          .reversed()
          .thenComparing(monomial -> String.join("*", monomial));

  private static final String FLOOR = "floor(";

  /** Monomial (sorted factors, repeated for powers) to its non-zero coefficient. */
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
   * integers, parentheses and {@code floor(...)}.
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

  /** The quotient rounded down: what a strided convolution or pooling does to a dimension. */
  public Dimension floorDividedBy(long divisor) {
    return dividedBy(divisor).floor();
  }

  /**
   * The largest integer that is not above. What is surely an integer is taken out, {@code
   * floor(floor(x/2)/2)} is {@code floor(x/4)}, and the constant counts in units of the common
   * denominator.
   */
  Dimension floor() {
    Dimension whole = of(0);
    Dimension rest = of(0);
    long unit = 1;
    for (Map.Entry<List<String>, Fraction> term : terms.entrySet()) {
      Fraction coefficient = term.getValue();
      long integer = Math.floorDiv(coefficient.numerator(), coefficient.denominator());
      whole = whole.plus(term(term.getKey(), Fraction.of(integer)));
      if (!term.getKey().isEmpty()) {
        rest = rest.plus(term(term.getKey(), coefficient.plus(Fraction.of(-integer))));
        unit = SymbolRange.leastCommonMultiple(unit, coefficient.denominator());
      }
    }
    if (rest.isConstant()) {
      return whole;
    }
    Fraction constant = fractionalPart(terms.getOrDefault(List.of(), Fraction.of(0)));
    Fraction units = constant.times(Fraction.of(unit));
    long wholeUnits = Math.floorDiv(units.numerator(), units.denominator());
    Dimension shifted = rest.plus(term(List.of(), new Fraction(wholeUnits, unit)));
    return whole.plus(shifted.innerFloor(rest, wholeUnits));
  }

  /** The floor of this, {@code rest} plus {@code units} of its denominator. */
  private Dimension innerFloor(Dimension rest, long units) {
    Map.Entry<List<String>, Fraction> first = rest.terms.firstEntry();
    boolean oneFactor = rest.terms.size() == 1 && first.getKey().size() == 1;
    if (oneFactor && first.getValue().numerator() == 1) {
      Optional<Dimension> nested = floored(first.getKey().get(0));
      if (nested.isPresent()) {
        return nested.get().plus(units).dividedBy(first.getValue().denominator()).floor();
      }
    }
    return term(List.of(FLOOR + this + ")"), Fraction.of(1));
  }

  private static Fraction fractionalPart(Fraction fraction) {
    return new Fraction(
        Math.floorMod(fraction.numerator(), fraction.denominator()), fraction.denominator());
  }

  /**
   * What {@code factor}, one of {@link Term#symbols}, is the floor of; empty when it is a symbol.
   */
  public static Optional<Dimension> floored(String factor) {
    return factor.startsWith(FLOOR)
        ? Optional.of(parse(factor.substring(FLOOR.length(), factor.length() - 1)))
        : Optional.empty();
  }

  /** The same dimension without the floors that {@code ranges} show to be exact quotients. */
  public Dimension simplify(Map<String, SymbolRange> ranges) {
    if (terms.keySet().stream().flatMap(List::stream).noneMatch(f -> f.startsWith(FLOOR))) {
      return this;
    }
    return map(
        factor ->
            floored(factor)
                .map(inner -> inner.simplify(ranges).floor(ranges))
                .orElseGet(() -> symbol(factor)));
  }

  private Dimension floor(Map<String, SymbolRange> ranges) {
    Dimension constant = term(List.of(), terms.getOrDefault(List.of(), Fraction.of(0)));
    Dimension quotient = minus(constant);
    return quotient.isIntegral(ranges) ? quotient.plus(constant.floor()) : floor();
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
    for (List<String> monomial : terms.keySet()) {
      for (String factor : monomial) {
        symbols.addAll(floored(factor).map(Dimension::symbols).orElse(asSet(factor)));
      }
    }
    return symbols;
  }

  private static SortedSet<String> asSet(String symbol) {
    return new TreeSet<>(List.of(symbol));
  }

  /** Replaces the symbols that {@code values} names. */
  public Dimension bind(Map<String, Long> values) {
    return map(
        factor ->
            values.containsKey(factor)
                ? of(values.get(factor))
                : floored(factor)
                    .map(inner -> inner.bind(values).floor())
                    .orElseGet(() -> symbol(factor)));
  }

  /** Replaces every factor. */
  private Dimension map(Function<String, Dimension> replacement) {
    Dimension mapped = of(0);
    for (Map.Entry<List<String>, Fraction> term : terms.entrySet()) {
      Dimension product = term(List.of(), term.getValue());
      for (String factor : term.getKey()) {
        product = product.times(replacement.apply(factor));
      }
      mapped = mapped.plus(product);
    }
    return mapped;
  }

  /**
   * The value under {@code values}.
   *
   * @throws IllegalStateException when a symbol is missing or the value is not an integer
   */
  public long evaluate(Map<String, Long> values) {
    Dimension bound = bind(values);
    if (!bound.isConstant()) {
      throw new IllegalStateException(
          "no value for " + String.join(", ", bound.symbols()) + " in " + this);
    }
    Fraction value = bound.terms.getOrDefault(List.of(), Fraction.of(0));
    if (value.denominator() != 1) {
      throw new IllegalStateException(this + " is not an integer under " + values);
    }
    return value.numerator();
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

  /** The least number whose product with this has integer coefficients. */
  public long denominator() {
    return terms.values().stream()
        .mapToLong(Fraction::denominator)
        .reduce(1, SymbolRange::leastCommonMultiple);
  }

  /**
   * {@code numerator/denominator * product of symbols}; the denominator is positive, the fraction
   * in lowest terms. A symbol may be a {@linkplain #floored floor}.
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
