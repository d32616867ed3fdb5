package io.dopt.compiler.onnx;

import io.dopt.ir.Graph;
import io.dopt.ir.IrException;
import io.dopt.ir.Value;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes symbolic dimensions at run time: symbols from the shapes of the graph's inputs, and
 * polynomials over them by integer arithmetic, each once per graph. Every number is an int64 vector
 * of length 1, so that {@code Concat} makes shapes of them. Divisions other than floors are exact
 * because of the symbols' declared multiples (see {@link Dimension}).
 */
final class ShapeArithmetic {
  private final OnnxEmitter emitter;
  private final Graph graph;
  private final Map<Dimension, String> numbers = new HashMap<>();
  private final Map<Shape, String> vectors = new HashMap<>();

  ShapeArithmetic(OnnxEmitter emitter, Graph graph) {
    this.emitter = emitter;
    this.graph = graph;
  }

  /** An int64 vector that holds {@code shape}. */
  String vector(Shape shape) {
    String known = vectors.get(shape);
    if (known == null) {
      List<String> parts = new ArrayList<>();
      shape.dimensions().forEach(dimension -> parts.add(number(dimension)));
      known =
          parts.size() == 1
              ? parts.get(0)
              : emitter.node("shape", "Concat").inputs(parts).attribute("axis", 0).output();
      vectors.put(shape, known);
    }
    return known;
  }

  private String number(Dimension dimension) {
    String known = numbers.get(dimension);
    if (known == null) {
      known = dimension.isConstant() ? literal(dimension.constant()) : sum(dimension);
      numbers.put(dimension, known);
    }
    return known;
  }

  private String literal(long value) {
    return emitter.vector(List.of(value));
  }

  private String sum(Dimension dimension) {
    String sum = null;
    for (Dimension.Term term : dimension.terms()) {
      String product = product(term);
      sum = sum == null ? product : arithmetic("Add", sum, product);
    }
    return sum;
  }

  /** Multiplies before it divides: only the whole term is known to be an integer. */
  private String product(Dimension.Term term) {
    String product = null;
    for (String symbol : term.symbols()) {
      String factor = symbol(symbol);
      product = product == null ? factor : arithmetic("Mul", product, factor);
    }
    if (product == null) {
      return literal(term.numerator() / term.denominator());
    }
    if (term.numerator() != 1) {
      product = arithmetic("Mul", product, literal(term.numerator()));
    }
    return term.denominator() == 1
        ? product
        : arithmetic("Div", product, literal(term.denominator()));
  }

  private String arithmetic(String operator, String left, String right) {
    return emitter.node("shape", operator).inputs(left, right).output();
  }

  private String symbol(String symbol) {
    Dimension wanted = Dimension.parse(symbol);
    String known = numbers.get(wanted);
    if (known == null) {
      known = Dimension.floored(symbol).map(this::floor).orElseGet(() -> fromInput(symbol, wanted));
      numbers.put(wanted, known);
    }
    return known;
  }

  /** Sizes are positive, so ONNX's integer division, which drops the fraction, rounds down. */
  private String floor(Dimension dimension) {
    long denominator = dimension.denominator();
    return arithmetic("Div", number(dimension.times(denominator)), literal(denominator));
  }

  private String fromInput(String symbol, Dimension wanted) {
    for (Value input : graph.inputs()) {
      int axis = input.type().shape().dimensions().indexOf(wanted);
      if (axis >= 0) {
        return emitter
            .node("shape/" + symbol, "Shape")
            .inputs(input.name())
            .attribute("start", axis)
            .attribute("end", axis + 1L)
            .output();
      }
    }
    throw new IrException(
        graph.name() + ": no input has the symbol " + symbol + " alone as a dimension");
  }
}
