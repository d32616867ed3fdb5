package io.dopt.ir;

import io.dopt.ir.operator.NamedFunction;
import io.dopt.ir.operator.Operator;
import io.dopt.ir.operator.OperatorCatalogue;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.LazyTensor;
import io.dopt.tensor.Sha256;
import io.dopt.tensor.SymbolRange;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes a graph as text, one statement a line, always the same for equal graphs:
 *
 * <pre>{@code
 * graph unet
 * symbol height = 8..128 multiple of 8
 * input %sample : f32[1, 4, height, 64]
 * weight %conv_in.weight : f32[320, 4, 3, 3] = #0f3c66d1a29b8e47
 * weight %constant_1 : f32[1] = [0.5]
 * %conv_in/Conv : f32[1, 320, height, 64] = Conv(%sample, %conv_in.weight) {strides=[1, 1], ...}
 * %a : f32[1, 160, height, 64], %b : f32[1, 160, height, 64] = Split(%conv_in/Conv) {...} @split
 * output sample = %a
 * }</pre>
 *
 * A node that is called as its only output has no {@code @name}. Weights in memory of at most 8
 * elements are written out, others have the first 16 hexadecimal digits of the SHA-256 of their
 * {@linkplain LazyTensor#fingerprint() fingerprint}. {@link GraphParser} reads it back.
 */
public final class GraphPrinter {
  private static final int FINGERPRINT_DIGITS = 16;

  private final Function<Weight, String> content;

  /** A printer of the form described above. */
  public GraphPrinter() {
    this(
        weight ->
            InlineConstant.print(weight.data())
                .orElseGet(() -> "#" + shortFingerprint(weight.data())));
  }

  /** A printer that writes something else behind the type of a weight. */
  GraphPrinter(Function<Weight, String> content) {
    this.content = content;
  }

  /** What stands for the content of a weight that is not written out. */
  public static String shortFingerprint(LazyTensor data) {
    return Sha256.of(data.fingerprint()).substring(0, FINGERPRINT_DIGITS);
  }

  /** The text of {@code graph}. */
  public String print(Graph graph) {
    StringBuilder text = new StringBuilder();
    line(text, "graph ", graph.name());
    graph.symbols().forEach((name, range) -> line(text, "symbol ", name, " = ", range(range)));
    graph.inputs().forEach(value -> line(text, "input ", declaration(value)));
    for (Weight weight : graph.weights().values()) {
      line(text, "weight ", declaration(weight.value()), " = ", content.apply(weight));
    }
    graph.nodes().forEach(node -> line(text, statement(node)));
    graph.outputs().forEach((name, value) -> line(text, "output ", name, " = ", use(value)));
    return text.toString();
  }

  /** The text of one node, as in the text of its graph. */
  public static String statement(Node node) {
    Operator operator = node.operator();
    StringBuilder text = new StringBuilder();
    text.append(join(node.outputs(), GraphPrinter::declaration));
    text.append(" = ").append(operator.operatorName());
    text.append('(').append(join(node.inputs(), GraphPrinter::use)).append(')');
    Map<String, Object> attributes = OperatorCatalogue.values(operator);
    if (!attributes.isEmpty()) {
      text.append(
          attributes.entrySet().stream()
              .map(attribute -> attribute.getKey() + "=" + attribute(attribute.getValue()))
              .collect(Collectors.joining(", ", " {", "}")));
    }
    if (node.outputs().size() != 1 || !node.outputs().get(0).name().equals(node.name())) {
      text.append(" @").append(node.name());
    }
    return text.toString();
  }

  private static String attribute(Object value) {
    if (value instanceof ElementType type) {
      return type.text();
    }
    if (value instanceof NamedFunction function) {
      throw new IrException(function.onnxName() + " is part of a name, not an attribute");
    }
    return value.toString();
  }

  private static String range(SymbolRange range) {
    String bounds = range.minimum() + ".." + range.maximum();
    return range.multipleOf() == 1 ? bounds : bounds + " multiple of " + range.multipleOf();
  }

  private static String declaration(Value value) {
    return use(value) + " : " + value.type();
  }

  private static String use(Value value) {
    return "%" + value.name();
  }

  private static String join(List<Value> values, Function<Value, String> text) {
    return values.stream().map(text).collect(Collectors.joining(", "));
  }

  private static void line(StringBuilder text, String... parts) {
    for (String part : parts) {
      text.append(part);
    }
    text.append('\n');
  }
}
