package io.dopt.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dopt.ir.operator.Attention;
import io.dopt.ir.operator.GroupNorm;
import io.dopt.tensor.DenseTensor;
import io.dopt.tensor.Dimension;
import io.dopt.tensor.ElementType;
import io.dopt.tensor.Shape;
import io.dopt.tensor.SymbolRange;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {
  private static Graph downsample() {
    GraphBuilder builder = new GraphBuilder("toy");
    Dimension height = builder.symbol("height", new SymbolRange(2, 64, 2));
    Dimension width = builder.symbol("width", new SymbolRange(2, 64, 2));
    Value x =
        builder.input(
            "sample",
            ElementType.FLOAT32,
            Shape.of(Dimension.of(1), Dimension.of(4), height, width));
    try (GraphBuilder.Scope scope = builder.scope("down_blocks.0")) {
      Value weight = builder.fill(ElementType.FLOAT32, List.of(8L, 4L, 3L, 3L), 0.5);
      Value bias = builder.fill(ElementType.FLOAT32, List.of(8L), 1);
      Value y = builder.conv2d(x, weight, bias, 2, 1);
      y = builder.node(new GroupNorm(4, 1e-5, true), y, bias, bias);
      Shape tokens = Shape.of(Dimension.of(1), Dimension.of(8), height.times(width).dividedBy(4));
      Value flat = builder.transpose(builder.reshape(y, tokens), 0, 2, 1);
      builder.output("sample", builder.node(new Attention(2, 0.5, false), flat, flat, flat));
    }
    return builder.build();
  }

  @Test
  void infersSymbolicShapesAndNamesNodesAfterScopes() {
    Graph graph = downsample();
    assertEquals("f32[1, 8, height/2, width/2]", graph.nodes().get(0).output().type().toString());
    assertEquals("down_blocks.0/Conv", graph.nodes().get(0).name());
    assertEquals("down_blocks.0", graph.nodes().get(0).scope());
    assertEquals("f32[1, height*width/4, 8]", graph.outputs().get("sample").type().toString());
  }

  @Test
  void bindingGivesTheGraphOfABucket() {
    Graph bound = downsample().bind(Map.of("height", 8L, "width", 16L));
    new GraphVerifier().verify(bound);
    assertTrue(bound.symbols().isEmpty());
    assertEquals("f32[1, 32, 8]", bound.outputs().get("sample").type().toString());
    assertThrows(IrException.class, () -> downsample().bind(Map.of("height", 7L)));
  }

  @Test
  void verifierRefusesADimensionThatMayBeFractional() {
    GraphBuilder builder = new GraphBuilder("toy");
    Dimension height = builder.symbol("height", new SymbolRange(1, 64, 1));
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(height));
    builder.output("y", x);
    builder.input("z", ElementType.FLOAT32, Shape.of(height.dividedBy(2)));
    IrException error = assertThrows(IrException.class, builder::build);
    assertTrue(error.getMessage().contains("height/2"), error.getMessage());
  }

  @Test
  void verifierRefusesUseBeforeDefinitionAndWrongTypes() {
    Graph graph = downsample();
    List<Node> reversed = new java.util.ArrayList<>(graph.nodes());
    java.util.Collections.reverse(reversed);
    Graph broken = graph.with(graph.weights(), reversed, graph.outputs());
    IrException error = assertThrows(IrException.class, () -> new GraphVerifier().verify(broken));
    assertTrue(error.getMessage().contains("not defined before"), error.getMessage());
  }

  @Test
  void weightsComeInTheOrderOfTheirFirstUse() {
    GraphBuilder builder = new GraphBuilder("toy");
    Value x = builder.input("x", ElementType.FLOAT32, Shape.of(2));
    Value late = builder.weight("late", DenseTensor.ofFloats(List.of(2L), 1, 2));
    builder.weight("unread", DenseTensor.ofFloats(List.of(2L), 3, 4));
    Value early = builder.weight("early", DenseTensor.ofFloats(List.of(2L), 5, 6));
    builder.output("y", builder.add(builder.add(x, early), late));
    assertEquals(List.of("early", "late"), List.copyOf(builder.build().weights().keySet()));
  }

  @Test
  void aRewrittenGraphKeepsEveryNameApart() {
    Graph graph = downsample();
    GraphBuilder builder = GraphBuilder.rewriting(graph);
    graph.weights().values().forEach(builder::copy);
    graph.nodes().forEach(builder::copy);
    Value last = graph.outputs().get("sample");
    try (GraphBuilder.Scope scope = builder.scope("down_blocks.0")) {
      builder.output("sample", builder.add(last, builder.scalar(ElementType.FLOAT32, 1)));
      builder.output("flat", builder.transpose(last, 0, 2, 1));
    }
    Graph longer = builder.build();
    assertEquals(graph.nodes(), longer.nodes().subList(0, graph.nodes().size()));
    assertEquals("down_blocks.0/Transpose_1", longer.outputs().get("flat").name());
    assertEquals(last, builder.producerOf(last).orElseThrow().output());
  }

  @Test
  void namesAreWhatTheTextFormCanWrite() {
    GraphBuilder builder = new GraphBuilder("toy");
    for (String name : List.of("", "a b", "a%b", "a=b", "\u00e9")) {
      assertThrows(
          IrException.class, () -> builder.input(name, ElementType.FLOAT32, Shape.of(1)), name);
    }
  }
}
