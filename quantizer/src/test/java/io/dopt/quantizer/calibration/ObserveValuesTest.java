package io.dopt.quantizer.calibration;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphParser;
import io.dopt.ir.WeightResolver;
import io.dopt.passes.evaluation.GraphInterpreter;
import io.dopt.passes.evaluation.OperatorEvaluator;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.DoptException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ObserveValuesTest {
  private static final Graph GRAPH =
      GraphParser.parse(
          "graph",
          """
          graph unet
          input %x : f32[2, 2, 1, 3]
          weight %two : f32[] = [2.0]
          %twice : f32[2, 2, 1, 3] = Mul(%x, %two)
          %tokens : f32[2, 2, 3] = Reshape(%twice) {shape=[2, 2, 3]}
          %square : f32[2, 2, 3] = Mul(%tokens, %tokens)
          output y = %square
          """,
          WeightResolver.NONE);

  private static final DenseTensor X =
      DenseTensor.ofFloats(List.of(2L, 2L, 1L, 3L), 1, 2, 3, -4, -5, -6, 7, 8, 9, 10, 11, 0);

  private static Map<String, DenseTensor> run(Graph graph, DenseTensor x) {
    return new GraphInterpreter(new OperatorEvaluator()).evaluate(graph, Map.of("x", x));
  }

  @Test
  void everyValueIsSummedUpByChannel() {
    ObservedGraph observed = ObserveValues.in(GRAPH, new TreeSet<>(Set.of("x", "square")));
    Map<String, DenseTensor> outputs = run(observed.graph(), X);
    assertEquals(
        List.of(
            new Observation("x", "observed:x", 1, 2, 12, 12),
            new Observation("square", "observed:square", 2, 3, 12, 12)),
        observed.observations());
    // Channel 0 is 1 2 3 7 8 9, channel 1 is -4 -5 -6 10 11 0.
    assertArrayEquals(
        new float[] {1, -6, 9, 11, 5, 1, 1, 2, 3, -4, -5, -6, 7, 8, 9, 10, 11, 0},
        outputs.get("observed:x").toFloats(),
        1e-6f);
    // Channel 0 is 4 64 196 400, channel 1 is 16 100 256 484, channel 2 is 36 144 324 0.
    assertArrayEquals(
        new float[] {4, 16, 0, 400, 484, 324, 166, 214, 126},
        Arrays.copyOf(outputs.get("observed:square").toFloats(), 9),
        1e-4f);
    assertEquals(18, observed.observations().get(0).length());
  }

  @Test
  void theGraphsOwnOutputsStayAsTheyAre() {
    ObservedGraph observed =
        ObserveValues.in(GRAPH, new TreeSet<>(Set.of("x", "twice", "tokens", "square")));
    assertEquals(
        run(GRAPH, X).get("y").fingerprint(), run(observed.graph(), X).get("y").fingerprint());
    assertEquals("y", observed.graph().outputs().keySet().iterator().next());
    assertEquals(GRAPH.inputs(), observed.graph().inputs());
  }

  /** So that ONNX Runtime sums up the first value first; see the class. */
  @Test
  void theEarliestValuesOutputIsTheLastNode() {
    Graph graph = ObserveValues.in(GRAPH, new TreeSet<>(Set.of("x", "square"))).graph();
    int last = graph.nodes().size() - 1;
    assertEquals("observed:x/Concat", graph.nodes().get(last).name());
    assertEquals("observed:square/Concat", graph.nodes().get(last - 1).name());
  }

  @Test
  void aLargeValueIsSampledOverAllItsChannelsAndRows() {
    long channels = 20;
    long side = 64;
    Graph graph =
        GraphParser.parse(
            "graph",
            """
            graph unet
            input %x : f32[1, 20, 64, 64]
            weight %two : f32[] = [2.0]
            %twice : f32[1, 20, 64, 64] = Mul(%x, %two)
            output y = %twice
            """,
            WeightResolver.NONE);
    float[] places = new float[(int) (channels * side * side)];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    ObservedGraph observed = ObserveValues.in(graph, new TreeSet<>(Set.of("x")));
    Observation observation = observed.observations().get(0);
    assertTrue(observation.samples() <= ObserveValues.MOST_SAMPLES);
    assertTrue(observation.samples() > ObserveValues.MOST_SAMPLES / 2);
    float[] output =
        run(observed.graph(), DenseTensor.ofFloats(List.of(1L, channels, side, side), places))
            .get("observed:x")
            .toFloats();
    assertEquals(observation.length(), output.length);
    Set<Integer> columns = new TreeSet<>();
    Set<Integer> rows = new TreeSet<>();
    Set<Integer> planes = new TreeSet<>();
    for (int i = 3 * 20; i < output.length; i++) {
      columns.add((int) output[i] % 64);
      rows.add((int) output[i] / 64 % 64);
      planes.add((int) output[i] / 4096);
    }
    assertEquals(List.of(64, 64, 20), List.of(columns.size(), rows.size(), planes.size()));
  }

  @Test
  void aValueThatIsNotThereIsRefused() {
    DoptException refusal =
        assertThrows(
            DoptException.class,
            () -> ObserveValues.in(GRAPH, new TreeSet<>(Set.of("x", "two", "no"))));
    assertTrue(refusal.getMessage().contains("[no, two]"), refusal.getMessage());
  }
}
