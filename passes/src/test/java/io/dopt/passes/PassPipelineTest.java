package io.dopt.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.Graph;
import io.dopt.ir.GraphBuilder;
import io.dopt.ir.GraphParser;
import io.dopt.ir.Value;
import io.dopt.ir.WeightResolver;
import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.Cast;
import io.dopt.ir.operator.Concat;
import io.dopt.ir.operator.Silu;
import io.dopt.passes.rewrite.FoldConstants;
import io.dopt.passes.rewrite.MergeReshapes;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassPipelineTest {
  private static final Graph GRAPH =
      GraphParser.parse(
          "graph",
          """
          graph toy
          input %x : f32[1, 2, 3]
          weight %weight : f32[2, 2, 1] = [1.0, 2.0, 3.0, 4.0]
          weight %half : f32[2] = [0.5, 1.5]
          weight %two : f32[1] = [2.0]
          weight %same : f32[1] = [2.0]
          weight %one : f32[] = [1.0]
          %conv : f32[1, 2, 3] = Conv(%x, %weight) {strides=[1], pads=[0, 0], dilations=[1], group=1}
          %double : f32[2] = Mul(%half, %two)
          %bias : f32[1, 2, 1] = Reshape(%double) {shape=[1, 2, 1]}
          %sum : f32[1, 2, 3] = Add(%conv, %bias)
          %times : f32[1, 2, 3] = Mul(%sum, %one)
          %flat : f32[6] = Reshape(%times) {shape=[6]}
          %grid : f32[2, 3] = Reshape(%flat) {shape=[2, 3]}
          %a : f32[2, 3] = Mul(%grid, %two)
          %b : f32[2, 3] = Mul(%grid, %same)
          %c : f32[2, 3] = Add(%a, %b)
          %unread : f32[2, 3] = Silu(%b)
          output y = %c
          """,
          WeightResolver.NONE);

  @Test
  void thePassesOfTheCatalogueWorkTogether() {
    PassPipeline.Result result = PassPipeline.standard().run(GRAPH);
    assertEquals(
        List.of("Conv", "Reshape", "Mul", "Add"),
        result.graph().nodes().stream().map(node -> node.operator().operatorName()).toList());
    assertSame(
        result.graph(),
        PassPipeline.standard().run(result.graph()).graph(),
        "a second run changes nothing");
    assertEquals(11, result.trace().records().size());
    for (PassRecord record : result.trace().records()) {
      boolean did = !record.fired().isEmpty();
      assertEquals(record.changed(), did, record.pass());
      assertTrue(record.nodesAfter() <= record.nodesBefore(), record.pass());
    }
    PassRecord first = result.trace().records().get(0);
    assertEquals(GRAPH.nodes().size() - 1, first.nodesAfter());
    assertEquals(List.of("unread"), first.fired());
    assertEquals(16 + 8 + 4 + 4 + 4, first.weightBytesBefore());
  }

  @Test
  void theTraceSaysWhatWasDoneAndWhatWasNot() {
    Graph twice =
        GraphParser.parse(
            "graph",
            """
            graph stubborn
            input %x : f32[1, 1]
            weight %three : f32[3, 1] = [1.0, 1.0, 1.0]
            %wide : f32[3, 1] = Mul(%x, %three)
            %lost : f32[3, 1] = Silu(%wide)
            output y = %wide
            """,
            WeightResolver.NONE);
    PassTrace trace = PassPipeline.standard().run(twice).trace();
    assertEquals(
        List.of(new Refusal("RemoveIdentities", "wide", "the constant widens [1, 1] to [3, 1]")),
        trace.refusals());
    String text = trace.explain();
    assertTrue(text.contains("did    lost"), text);
    assertTrue(text.contains("left   wide: the constant widens [1, 1] to [3, 1]"), text);
  }

  @Test
  void anOrderThatLacksAStageIsRefused() {
    PassException error =
        assertThrows(
            PassException.class,
            () ->
                new PassPipeline(
                    List.of(new MergeReshapes(), new FoldConstants()), PassOptions.DEFAULT));
    assertEquals(
        "MergeReshapes on any graph, after no other pass: requires IDENTITIES_REMOVED",
        error.getMessage());
  }

  /** A residual network of about {@code blocks * 12} nodes with something for every pass. */
  private static Graph deep(int blocks) {
    GraphBuilder builder = new GraphBuilder("deep");
    Dimension height = builder.symbol("height", new SymbolRange(8, 128, 8));
    Dimension width = builder.symbol("width", new SymbolRange(8, 128, 8));
    Shape image = Shape.of(Dimension.of(1), Dimension.of(8), height, width);
    Shape tokens = Shape.of(Dimension.of(1), Dimension.of(8), height.times(width));
    Value x = builder.input("x", ElementType.FLOAT32, image);
    for (int block = 0; block < blocks; block++) {
      try (GraphBuilder.Scope scope = builder.scope("blocks." + block)) {
        double[] numbers = new double[8 * 8 * 9];
        numbers[block % numbers.length] = block + 1;
        Value weight = builder.constant(ElementType.FLOAT32, List.of(8L, 8L, 3L, 3L), numbers);
        Value y = builder.conv2d(builder.node(new Silu(), x), weight, 1, 1);
        Value bias = builder.fill(ElementType.FLOAT32, List.of(8L), block);
        y = builder.add(y, builder.reshape(bias, Shape.of(1, 8, 1, 1)));
        Value flat = builder.transpose(builder.reshape(y, tokens), 0, 2, 1);
        Value attended = builder.node(new Attention(2, 0.5, false), flat, flat, flat);
        attended = builder.mul(attended, builder.scalar(ElementType.FLOAT32, 1));
        Value back = builder.transpose(builder.transpose(attended, 0, 2, 1), 0, 1, 2);
        Value again = builder.reshape(builder.reshape(back, image), image);
        Value both =
            builder.node(new Concat(0), builder.node(new Cast(ElementType.FLOAT32), again));
        x = builder.add(x, both);
      }
    }
    builder.output("y", x);
    return builder.build();
  }

  @Test
  void timeGrowsWithTheNumberOfNodes() {
    PassPipeline.standard().run(deep(300));
    Graph graph = deep(500);
    assertTrue(graph.nodes().size() > 5_500, graph.nodes().size() + " nodes");
    // Time of this thread, so that a busy machine does not fail the test.
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long start = clock.getCurrentThreadCpuTime();
    PassPipeline.Result result = PassPipeline.standard().run(graph);
    Duration duration = Duration.ofNanos(clock.getCurrentThreadCpuTime() - start);
    assertFalse(result.graph().nodes().size() > 4_500, result.graph().nodes().size() + " nodes");
    // Half a second where this was written; quadratic would be minutes.
    assertTrue(duration.toMillis() < 3_000, duration + "\n" + result.trace().explain());
  }
}
