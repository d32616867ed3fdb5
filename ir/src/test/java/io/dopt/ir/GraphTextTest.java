package io.dopt.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import io.dopt.tensor.ErrorCode;
import io.dopt.tensor.LazyTensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphTextTest {
  /** Weights as the golden text names them: ones of any shape. */
  private static final WeightResolver ONES =
      (name, type, fingerprint) -> {
        long count = type.shape().elementCount().constant();
        if (count > 1000) {
          return Optional.empty();
        }
        float[] values = new float[(int) count];
        Arrays.fill(values, 1);
        return Optional.of(DenseTensor.ofFloats(type.shape().constants(), values));
      };

  private static String golden() throws IOException {
    try (InputStream in = GraphTextTest.class.getResourceAsStream("toy.graph")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Graph parse(String text) {
    return GraphParser.parse("toy.graph", text, ONES);
  }

  @Test
  void printsWhatItParsed() throws IOException {
    assertEquals(golden(), new GraphPrinter().print(parse(golden())));
  }

  @Test
  void parsesWhatItPrinted() throws IOException {
    Graph graph = parse(golden());
    Graph again =
        GraphParser.parse("again", new GraphPrinter().print(graph), WeightResolver.of(graph));
    assertEquals(graph.name(), again.name());
    assertEquals(graph.symbols(), again.symbols());
    assertEquals(graph.inputs(), again.inputs());
    assertEquals(graph.nodes(), again.nodes());
    assertEquals(List.copyOf(graph.outputs().entrySet()), List.copyOf(again.outputs().entrySet()));
    assertEquals(List.copyOf(graph.weights().keySet()), List.copyOf(again.weights().keySet()));
    assertEquals(fingerprints(graph), fingerprints(again));
    assertEquals(GraphHash.of(graph), GraphHash.of(again));
  }

  private static List<String> fingerprints(Graph graph) {
    return graph.weights().values().stream()
        .map(Weight::data)
        .map(LazyTensor::fingerprint)
        .toList();
  }

  @Test
  void theHashSeesAttributesWeightsAndTypes() throws IOException {
    String hash = GraphHash.of(parse(golden()));
    for (String change : List.of("silu=true>silu=false", "[0.5]>[0.25]", "1..64>1..65")) {
      String[] parts = change.split(">");
      String changed = golden().replace(parts[0], parts[1]);
      assertNotEquals(hash, GraphHash.of(parse(changed)), change);
    }
    Graph graph = parse(golden());
    assertEquals(GraphHash.of(graph, weight -> "x"), GraphHash.of(graph, weight -> "x"));
    assertNotEquals(GraphHash.of(graph, weight -> "x"), GraphHash.of(graph, weight -> "y"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "graph toy                       | garph toy                  | line 1: 'graph ' is missing",
        "symbol width                    | symbol height              | height is declared twice",
        "multiple of 2                   | multiple of 0              | not a range",
        "multiple of 2                   | multiple of 1              | height/2",
        "symbol batch = 1..64            | symbol batch = 1..         | is not an integer",
        "input %sample                   | input sample               | '%' is missing",
        "f32[batch, 4, height, width]    | f33[batch, 4]              | 'f33' is not an element type",
        "f32[batch, 4, height, width]    | f32[batch, 4, depth]       | undeclared symbol depth",
        "f32[batch, 4, height, width]    | f32[batch, 4, (1+]         | is not a dimension expression",
        "f32[batch, 4, height, width]    | f32[batch, 4               | ']' is missing",
        "f32[batch, 4, height, width]    | f32[-4]                    | is negative",
        "f32[1] = [0.5]                  | f32[1] = [0.5, 0.25]       | 2 elements do not fill f32[1]",
        "f32[1] = [0.5]                  | f32[1] = [0x1p3]           | is not a list of f32",
        "f32[1] = [0.5]                  | i8[1] = [300]              | is not a list of i8",
        "f32[1] = [0.5]                  | bool[1] = [yes]            | is not a list of bool",
        "f32[1] = [0.5]                  | u64[1] = [1]                | is not written out",
        "f32[1] = [0.5]                  | f32[batch] = [1]           | has a symbolic shape",
        "Conv(%sample                    | Cnov(%sample               | there is no operator Cnov",
        "Conv(%sample                    | Conv(%smaple               | %smaple is not defined before",
        "Conv(%sample                    | Conv(%down_blocks.0/Conv   | not defined before",
        "strides=[2, 2]                  | strides=[0, 2]             | stride 0 is below 1",
        "strides=[2, 2]                  | strides=[4, 2]             | is declared to give",
        "strides=[2, 2]                  | strides=2                  | '[' is missing",
        "strides=[2, 2], pads            | pads                       | {strides=' is missing",
        "silu=true                       | silu=maybe                 | 'false' is missing",
        "epsilon=1.0E-5                  | epsilon=tiny               | 'tiny' is not a number",
        "output sample = %attention      | output sample = %attentoin | is not defined before",
        "output sample = %attention      | output sample = %attention x | nothing more is expected",
        "output sample = %attention      | output mid = %attention    | two outputs are named mid",
        "@split                          | @attention                 | two nodes are named attention",
      })
  void refusesAWrongTextByLine(String from, String to, String problem) throws IOException {
    assertTrue(golden().contains(from), from);
    DoptException error =
        assertThrows(DoptException.class, () -> parse(golden().replace(from, to)));
    assertEquals(ErrorCode.BAD_INPUT, error.code());
    assertTrue(error.getMessage().startsWith("toy.graph, line "), error.getMessage());
    assertTrue(error.getMessage().contains(problem), error.getMessage());
  }

  @Test
  void refusesAnUnknownWeight() throws IOException {
    String text = golden();
    DoptException error =
        assertThrows(
            DoptException.class, () -> GraphParser.parse("toy.graph", text, WeightResolver.NONE));
    assertTrue(error.getMessage().contains("is not known"), error.getMessage());
  }

  @Test
  void refusesAWeightOfAnotherType() throws IOException {
    String text = golden();
    WeightResolver wrong =
        (name, type, fingerprint) -> Optional.of(DenseTensor.ofFloats(List.of(1L), 1));
    DoptException error =
        assertThrows(DoptException.class, () -> GraphParser.parse("toy.graph", text, wrong));
    assertTrue(error.getMessage().contains("but holds f32[1]"), error.getMessage());
  }

  @Test
  void refusesDimensionsThatExplode() {
    StringBuilder product = new StringBuilder("(a0+b0)");
    for (int i = 1; i < 80; i++) {
      product.append("*(a" + i + "+b" + i + ")");
    }
    String text = "graph g\ninput %x : f32[" + product + "]\n";
    DoptException error = assertThrows(DoptException.class, () -> parse(text));
    assertTrue(error.getMessage().contains("more than"), error.getMessage());
  }

  @Test
  void everyMutationParsesOrIsRefusedByLine() throws IOException {
    Random random = new Random(20261121);
    List<String> lines = golden().lines().toList();
    int refused = 0;
    for (int round = 0; round < 4_000; round++) {
      List<String> mutated = new ArrayList<>(lines);
      for (int change = 0; change <= random.nextInt(3); change++) {
        int at = random.nextInt(mutated.size());
        mutated.set(at, mutate(mutated.get(at), random));
      }
      try {
        new GraphVerifier().verify(parse(String.join("\n", mutated)));
      } catch (DoptException e) {
        assertEquals(ErrorCode.BAD_INPUT, e.code(), e.getMessage());
        assertTrue(e.getMessage().startsWith("toy.graph, line "), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 2_000, refused + " refused");
  }

  private static String mutate(String line, Random random) {
    String letters = "0189[](){}=,:%#@.*/+- \tEabx\u00e9\uffff";
    int at = line.isEmpty() ? 0 : random.nextInt(line.length());
    String letter = String.valueOf(letters.charAt(random.nextInt(letters.length())));
    return switch (random.nextInt(5)) {
      case 0 -> line.substring(0, at) + letter + line.substring(at);
      case 1 -> line.substring(0, at) + letter + line.substring(Math.min(line.length(), at + 1));
      case 2 -> line.substring(0, at) + line.substring(Math.min(line.length(), at + 1));
      case 3 -> line.substring(0, at) + "9223372036854775807" + line.substring(at);
      default -> line.substring(at) + line.substring(0, at);
    };
  }
}
