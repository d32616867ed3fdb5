package io.dopt.compiler.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.WeightResolver;
import io.dopt.tensor.DenseTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every plain operator, lowered and run by ONNX Runtime, gives what {@code
 * testdata/operator-values.txt} says: the same table that the passes' interpreter is held to.
 */
class PlainLoweringTest {
  /** The table's values are rounded to 8 digits. */
  private static final double TOLERANCE = 1e-6;

  /**
   * Rows that ONNX Runtime 1.29 does not share: it has no kernel for Relu of integers, and what a
   * cast of numbers beyond the range gives is undefined in ONNX. No builder writes either.
   */
  private static final Set<String> LEFT_OUT = Set.of("Relu(i64", "Cast(f32[4] = [1.9, -1.9, 0.0");

  @TempDir Path folder;

  static Stream<String> table() throws IOException {
    Path table = Path.of(System.getProperty("dopt.root"), "testdata", "operator-values.txt");
    return Files.readAllLines(table).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("//"))
        .filter(line -> LEFT_OUT.stream().noneMatch(line::startsWith));
  }

  @ParameterizedTest
  @MethodSource("table")
  void computes(String row) {
    List<DenseTensor> wanted = new ArrayList<>();
    Graph graph = graph(row, wanted);
    List<float[]> given = OnnxRuntimeRun.run(graph, Lowerings.cpu(), folder, Map.of());
    for (int i = 0; i < wanted.size(); i++) {
      double[] expected = wanted.get(i).toDoubles();
      assertEquals(expected.length, given.get(i).length);
      for (int at = 0; at < expected.length; at++) {
        double tolerance = TOLERANCE * Math.max(1, Math.abs(expected[at]));
        assertEquals(expected[at], given.get(i)[at], tolerance);
      }
    }
  }

  /** One node over weights; {@code wanted} receives the results of the row. */
  private static Graph graph(String row, List<DenseTensor> wanted) {
    String[] sides = row.split(" -> ");
    int open = sides[0].indexOf('(');
    int close = sides[0].lastIndexOf(')');
    StringBuilder text = new StringBuilder("graph table\n");
    List<String> operands = new ArrayList<>();
    for (String constant : constants(sides[0].substring(open + 1, close))) {
      String name = "%x" + operands.size();
      text.append("weight ").append(name).append(" : ").append(constant).append('\n');
      operands.add(name);
    }
    List<String> results = new ArrayList<>();
    StringBuilder expected = new StringBuilder("graph wanted\n");
    StringBuilder outputs = new StringBuilder();
    for (String constant : constants(sides[1])) {
      String name = "%y" + results.size();
      expected.append("weight ").append(name).append(" : ").append(constant).append('\n');
      outputs.append("output y").append(results.size()).append(" = ").append(name).append('\n');
      results.add(name + " : " + constant.split(" = ")[0]);
    }
    text.append(String.join(", ", results)).append(" = ").append(sides[0], 0, open);
    text.append('(').append(String.join(", ", operands)).append(')');
    text.append(sides[0].substring(close + 1)).append(" @node\n");
    Graph values = GraphParser.parse(row, expected.toString() + outputs, WeightResolver.NONE);
    values.weights().values().forEach(weight -> wanted.add(DenseTensor.read(weight.data())));
    dequantizeWhatIsNotFetched(text, results, outputs);
    return GraphParser.parse(row, text.toString() + outputs, WeightResolver.NONE);
  }

  /** ONNX Runtime feeds and fetches neither 8-bit floats nor 4-bit integers. */
  private static void dequantizeWhatIsNotFetched(
      StringBuilder text, List<String> results, StringBuilder outputs) {
    String result = results.get(0);
    if (result.matches(".* : (f8\\w+|i4|u4)\\[.*")) {
      String type = result.replaceFirst(".* : \\w+", "f32");
      text.append("\nweight %one : f32[] = [1.0]");
      text.append("\n%f : ").append(type);
      text.append(" = DequantizeLinear(%y0, %one) {axis=1, blockSize=0}\n");
      outputs.replace(0, outputs.length(), "output y0 = %f\n");
    }
  }

  private static String[] constants(String text) {
    return text.split("(?<=]), (?=\\w+\\[)");
  }
}
