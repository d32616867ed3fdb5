package io.dopt.ir;

import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.OperatorCatalogue;
import io.dopt.ir.operator.OperatorCatalogue.Attribute;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.SymbolRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads the text form that {@link GraphPrinter} writes; empty lines and lines that start with
 * {@code //} are skipped. What it returns is a valid graph. Not thread-safe; one parser reads one
 * text.
 */
public final class GraphParser {
  private static final OperatorCatalogue OPERATORS = new OperatorCatalogue();

  private final WeightResolver resolver;
  private final SortedMap<String, SymbolRange> symbols = new TreeMap<>();
  private final Definitions definitions = new Definitions(symbols);
  private final List<Value> inputs = new ArrayList<>();
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private String name = "";

  private GraphParser(WeightResolver resolver) {
    this.resolver = resolver;
  }

  /**
   * Reads a graph.
   *
   * @param source what the text is called in errors: a file name
   * @param text the text form
   * @param resolver finds the weights that are not written out
   * @throws DoptException (BAD_INPUT) naming source and line when the text is malformed, the graph
   *     is not valid or a weight is not known
   */
  public static Graph parse(String source, String text, WeightResolver resolver) {
    GraphParser parser = new GraphParser(resolver);
    int number = 0;
    try {
      for (String line : text.split("\r?\n", -1)) {
        number++;
        if (!line.isBlank() && !line.startsWith("//")) {
          parser.statement(new TextCursor(line));
        }
      }
      return parser.graph();
    } catch (IrException | DoptException | ArithmeticException e) {
      throw new DoptException(
          ErrorCode.BAD_INPUT,
          String.format(
              "%s, line %d: %s. This is not a graph in dopt's text form.",
              source, number, withoutStop(e.getMessage())),
          e);
    }
  }

  private static String withoutStop(String message) {
    return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
  }

  private Graph graph() {
    if (name.isEmpty()) {
      throw new IrException("the text has no graph");
    }
    if (outputs.isEmpty()) {
      throw new IrException("the graph has no output");
    }
    return new Graph(name, symbols, inputs, weights, nodes, outputs);
  }

  private void statement(TextCursor cursor) {
    if (name.isEmpty()) {
      cursor.expect("graph ");
      name = cursor.name();
    } else if (cursor.take("symbol ")) {
      symbol(cursor);
    } else if (cursor.take("input ")) {
      inputs.add(define(declaration(cursor)));
    } else if (cursor.take("weight ")) {
      weight(cursor);
    } else if (cursor.take("output ")) {
      output(cursor);
    } else {
      node(cursor);
    }
    cursor.expectEnd();
  }

  private void symbol(TextCursor cursor) {
    String symbol = cursor.name();
    cursor.expect(" = ");
    long minimum = cursor.integer();
    cursor.expect("..");
    long maximum = cursor.integer();
    long multipleOf = cursor.take(" multiple of ") ? cursor.integer() : 1;
    try {
      Dimension.symbol(symbol);
      if (symbols.put(symbol, new SymbolRange(minimum, maximum, multipleOf)) != null) {
        throw new IrException("symbol " + symbol + " is declared twice");
      }
    } catch (IllegalArgumentException e) {
      throw new IrException(e.getMessage(), e);
    }
  }

  private Value declaration(TextCursor cursor) {
    cursor.expect("%");
    String valueName = cursor.name();
    cursor.expect(" : ");
    return new Value(valueName, cursor.type());
  }

  private Value define(Value value) {
    definitions.define(value);
    return value;
  }

  private void weight(TextCursor cursor) {
    Value value = declaration(cursor);
    cursor.expect(" = ");
    if (!value.type().shape().isConstant()) {
      throw new IrException("weight " + value.name() + " has a symbolic shape");
    }
    define(value);
    LazyTensor data;
    if (cursor.take("#")) {
      String fingerprint = cursor.name();
      data =
          resolver
              .resolve(value.name(), value.type(), fingerprint)
              .orElseThrow(
                  () ->
                      new IrException(
                          "weight " + value.name() + " #" + fingerprint + " is not known"));
    } else {
      data = InlineConstant.parse(value.type(), cursor.list());
    }
    weights.put(value.name(), new Weight(value, data));
  }

  private void output(TextCursor cursor) {
    String outputName = cursor.name();
    cursor.expect(" = ");
    if (outputs.put(outputName, use(cursor)) != null) {
      throw new IrException("two outputs are named " + outputName);
    }
  }

  private Value use(TextCursor cursor) {
    cursor.expect("%");
    String valueName = cursor.name();
    return definitions
        .find(valueName)
        .orElseThrow(() -> new IrException("%" + valueName + " is not defined before"));
  }

  private void node(TextCursor cursor) {
    List<Value> results = new ArrayList<>();
    do {
      results.add(declaration(cursor));
    } while (cursor.take(", "));
    cursor.expect(" = ");
    String operatorName = cursor.name();
    cursor.expect("(");
    List<Value> operands = new ArrayList<>();
    if (!cursor.take(")")) {
      do {
        operands.add(use(cursor));
      } while (cursor.take(", "));
      cursor.expect(")");
    }
    Operator operator = operator(operatorName, cursor);
    String nodeName = cursor.take(" @") ? cursor.name() : results.get(0).name();
    Node node = new Node(nodeName, operator, operands, results);
    definitions.define(node);
    nodes.add(node);
  }

  private static Operator operator(String operatorName, TextCursor cursor) {
    List<Attribute> attributes =
        OPERATORS
            .attributes(operatorName)
            .orElseThrow(() -> new IrException("there is no operator " + operatorName));
    Map<String, Object> values = new HashMap<>();
    String before = " {";
    for (Attribute attribute : attributes) {
      cursor.expect(before + attribute.name() + "=");
      values.put(attribute.name(), cursor.attribute(attribute));
      before = ", ";
    }
    if (!attributes.isEmpty()) {
      cursor.expect("}");
    }
    return OPERATORS.create(operatorName, values);
  }
}
