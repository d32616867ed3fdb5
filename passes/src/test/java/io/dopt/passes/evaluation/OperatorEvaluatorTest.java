package io.dopt.passes.evaluation;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.IrException;
import io.dopt.ir.WeightResolver;
import io.dopt.ir.operator.PlainOperator;
import io.dopt.tensor.DenseTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every plain operator on small tensors, as the table {@code testdata/operator-values.txt}. */
class OperatorEvaluatorTest {
  private static final GraphInterpreter INTERPRETER = new GraphInterpreter(new OperatorEvaluator());

  static Stream<String> table() throws IOException {
    Path table = Path.of(System.getProperty("dopt.root"), "testdata", "operator-values.txt");
    return Files.readAllLines(table).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("//"));
  }

  /** {@code f32[2] = [1.0, 2.0], i64[1] = [3]} cut between the constants. */
  private static List<String> constants(String text) {
    return Arrays.asList(text.split("(?<=]), (?=\\w+\\[)"));
  }

  /** A graph of one node whose operands are weights, and the expected results as weights too. */
  private static Graph graph(String row) {
    String[] sides = row.split(" -> ");
    int open = sides[0].indexOf('(');
    int close = sides[0].lastIndexOf(')');
    StringBuilder text = new StringBuilder("graph table\n");
    List<String> operands = new ArrayList<>();
    for (String constant : constants(sides[0].substring(open + 1, close))) {
      text.append("weight %x" + operands.size() + " : " + constant + "\n");
      operands.add("%x" + operands.size());
    }
    List<String> results = new ArrayList<>();
    for (String constant : constants(sides[1])) {
      text.append("weight %wanted" + results.size() + " : " + constant + "\n");
      results.add("%y" + results.size() + " : " + constant.split(" = ")[0]);
    }
    text.append(String.join(", ", results) + " = " + sides[0].substring(0, open));
    text.append("(" + String.join(", ", operands) + ")");
    text.append(sides[0].substring(close + 1) + " @node\n");
    for (int i = 0; i < results.size(); i++) {
      text.append("output y" + i + " = %y" + i + "\noutput wanted" + i + " = %wanted" + i + "\n");
    }
    return GraphParser.parse(row, text.toString(), WeightResolver.NONE);
  }

  @ParameterizedTest
  @MethodSource("table")
  void computes(String row) {
    Map<String, DenseTensor> outputs = INTERPRETER.evaluate(graph(row), Map.of());
    for (int i = 0; outputs.containsKey("y" + i); i++) {
      DenseTensor wanted = outputs.get("wanted" + i);
      DenseTensor given = outputs.get("y" + i);
      assertEquals(wanted.shape(), given.shape());
      if (!wanted.elementType().isFloatingPoint()) {
        assertEquals(Arrays.toString(wanted.toLongs()), Arrays.toString(given.toLongs()));
        continue;
      }
      for (int at = 0; at < wanted.elementCount(); at++) {
        double number = wanted.toDoubles()[at];
        // The reference is float32 rounded to 8 digits.
        assertEquals(number, given.toDoubles()[at], 4e-7 * Math.max(1, Math.abs(number)));
      }
    }
  }

  @Test
  void everyPlainOperatorIsInTheTable() throws IOException {
    Set<Class<?>> tested =
        table().map(row -> graph(row).nodes().get(0).operator().getClass()).collect(toSet());
    assertEquals(Set.of(PlainOperator.class.getPermittedSubclasses()), tested);
  }

  @ParameterizedTest
  @MethodSource("outOfRange")
  void refusesAnIndexThatIsOutOfRange(String row) {
    IrException error =
        assertThrows(IrException.class, () -> INTERPRETER.evaluate(graph(row), Map.of()));
    assertTrue(error.getMessage().contains("is outside an axis of 2"), error.getMessage());
  }

  static Stream<String> outOfRange() {
    return Stream.of(
        "Gather(f32[2] = [1.0, 2.0], i64[1] = [2]) {axis=0} -> f32[1] = [0.0]",
        "Gather(f32[2] = [1.0, 2.0], i64[1] = [-3]) {axis=0} -> f32[1] = [0.0]",
        "GatherElements(f32[2] = [1.0, 2.0], i64[1] = [5]) {axis=0} -> f32[1] = [0.0]");
  }
}
