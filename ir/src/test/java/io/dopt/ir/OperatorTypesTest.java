package io.dopt.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.operator.DiffusionOperator;
import io.dopt.ir.operator.OperatorCatalogue;
import io.dopt.tensor.DoptException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The type rules of every operator, as the table {@code operator-types.txt}. */
class OperatorTypesTest {
  private static final Pattern ROW = Pattern.compile("(\\w+)\\((.*?)\\)( \\{.*})? (->|!) (.*)");
  private static final Pattern TYPE = Pattern.compile("\\w+\\[[^]]*]");

  private static Matcher match(String row) {
    Matcher matcher = ROW.matcher(row);
    assertTrue(matcher.matches(), row);
    return matcher;
  }

  private static Stream<String> table() throws IOException {
    try (InputStream in = OperatorTypesTest.class.getResourceAsStream("operator-types.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines().filter(line -> !line.isBlank() && !line.startsWith("//")).toList().stream();
    }
  }

  static Stream<String> accepted() throws IOException {
    return table().filter(row -> match(row).group(4).equals("->"));
  }

  static Stream<String> refused() throws IOException {
    return table().filter(row -> match(row).group(4).equals("!"));
  }

  private static String graph(Matcher row, List<String> outputTypes) {
    StringBuilder text = new StringBuilder("graph table\n");
    text.append("symbol batch = 1..64\n");
    text.append("symbol height = 8..128 multiple of 8\nsymbol width = 8..128 multiple of 8\n");
    List<String> inputs = new ArrayList<>();
    for (String type : types(row.group(2))) {
      text.append("input %x" + inputs.size() + " : " + type + "\n");
      inputs.add("%x" + inputs.size());
    }
    List<String> outputs = new ArrayList<>();
    outputTypes.forEach(type -> outputs.add("%y" + outputs.size() + " : " + type));
    text.append(String.join(", ", outputs) + " = " + row.group(1));
    text.append("(" + String.join(", ", inputs) + ")");
    text.append(row.group(3) == null ? "" : row.group(3));
    return text + " @node\noutput y = %y0\n";
  }

  private static List<String> types(String text) {
    return TYPE.matcher(text).results().map(result -> result.group()).toList();
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void infersTheOutputTypes(String row) {
    Matcher matcher = match(row);
    String text = graph(matcher, types(matcher.group(5)));
    Graph graph = GraphParser.parse("table", text, WeightResolver.NONE);
    Node node = graph.nodes().get(0);
    Graph bound = graph.bind(Map.of("batch", 2L, "height", 8L, "width", 16L));
    new GraphVerifier().verify(bound);
    assertFalse(new GraphPrinter().print(bound).matches("(?s).*(batch|height|width).*"));
    if (node.operator() instanceof DiffusionOperator operator) {
      GraphBuilder builder = GraphBuilder.rewriting(graph);
      List<Value> decomposed = operator.decompose(builder, node.inputs());
      assertEquals(
          node.outputs().stream().map(Value::type).toList(),
          decomposed.stream().map(Value::type).toList());
      decomposed.forEach(value -> builder.output(value.name(), value));
      assertFalse(builder.build().nodes().isEmpty());
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void refusesWhatDoesNotFit(String row) {
    Matcher matcher = match(row);
    String text = graph(matcher, List.of("f32[]"));
    DoptException error =
        assertThrows(
            DoptException.class, () -> GraphParser.parse("table", text, WeightResolver.NONE));
    assertTrue(error.getMessage().contains(matcher.group(5)), error.getMessage());
  }

  @Test
  void everyOperatorIsInTheTableOnBothSides() throws IOException {
    var all = new OperatorCatalogue().names();
    assertEquals(all, new TreeSet<>(accepted().map(row -> match(row).group(1)).toList()));
    assertEquals(all, new TreeSet<>(refused().map(row -> match(row).group(1)).toList()));
  }
}
